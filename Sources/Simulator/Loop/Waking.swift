/// What a wait costs a device beyond itself: who waits for long sleeps, and has to wake up (``Machines/Waiting``). Who does
/// not wait pays nothing.
public struct Waking: Hashable, Sendable {
  /// From the instant at which a device that sleeps could go on until it does.
  public var wakePicoseconds: Int64
  /// Waits that are no longer than this are spent looking, and end at once.
  public var spinPicoseconds: Int64

  /// Every device goes on at the instant at which it can.
  public static let immediate = Waking(wakePicoseconds: 0)

  public init(wakePicoseconds: Int64, spinPicoseconds: Int64 = 0) {
    self.wakePicoseconds = wakePicoseconds
    self.spinPicoseconds = spinPicoseconds
  }

  public init(wakeNanoseconds: Double, spinNanoseconds: Int64) {
    self.init(
      wakePicoseconds: SimulatedTime.picoseconds(nanoseconds: wakeNanoseconds),
      spinPicoseconds: spinNanoseconds * SimulatedTime.perNanosecond)
  }

  /// How much later a device goes on that could after waiting so long.
  @inline(__always) func delay(afterWaiting wait: Int64) -> Int64 {
    wait > spinPicoseconds ? min(max(wakePicoseconds, 0), SimulatedTime.longest) : 0
  }
}
