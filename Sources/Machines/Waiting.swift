/// How a device's thread waits for a message or for room: it looks for a while whether it may go on (it spins), and then
/// sleeps until it is woken.
///
/// Looking keeps a core busy, and saves what waking up takes. So a thread looks only where each device has a core of its own,
/// and not much longer than it takes to wake up, as the runtimes of OpenMP do (`KMP_BLOCKTIME`, `GOMP_SPINCOUNT`).
public enum Waiting {
  /// The longest time that a thread looks before it sleeps.
  public static let longestSpinNanoseconds: Int64 = 200_000

  /// How long the threads of a run look before they sleep.
  ///
  /// - Parameter cores: what the devices share; nil where each has a machine of its own.
  public static func spinNanoseconds(devices: Int, cores: Int?) -> Int64 {
    if let cores, devices > cores { return 0 }
    return longestSpinNanoseconds
  }
}
