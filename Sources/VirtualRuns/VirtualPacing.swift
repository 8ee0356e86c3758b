import Engine
import Machines
import Simulator

extension Pacing {
  /// The virtual clock: devices take turns on one thread, every instruction is executed and timed alone, and devices and
  /// links advance by those durations in the simulator's event loop.
  ///
  /// - Parameters:
  ///   - link: What lies between devices.
  ///   - wakeNanoseconds: What a device that waits takes to go on, as measured on this machine; nil where that was never
  ///     measured, which charges nothing.
  public static func virtual(link: Link, wakeNanoseconds: Double? = nil) -> Pacing {
    var model = LinkModel(link)
    model.wakePicoseconds = SimulatedTime.picoseconds(nanoseconds: wakeNanoseconds ?? 0)
    let waking =
      if let wakeNanoseconds {
        "a device that waits goes on \((wakeNanoseconds / 100).rounded() / 10) us after it could, the measured time of a "
          + "thread to wake up"
      } else {
        "a device that waits goes on at once: what a thread takes to wake up is not measured (partita bench)"
      }
    return Pacing(
      clock: .virtual,
      assumptions: [
        "virtual clock: every instruction was executed alone and took its processor time; devices and links advance by "
          + "these durations, evaluations take none",
        "handing a message over in shared memory takes what its send and receive took; its words are not copied",
        waking,
        "devices share no caches, no memory bandwidth and no cores",
      ]
    ) { [model] in VirtualDriver($0, link: model) }
  }
}
