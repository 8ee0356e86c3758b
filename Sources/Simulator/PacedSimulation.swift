import Diagnostics
import Programs
import Traces

/// A simulation under way, whose devices stand after a common step until they are let go again; made by
/// ``Simulation/paced(asking:link:)``.
///
/// Standing takes no virtual time: the devices are let go at the instant at which the last of them stopped.
public struct PacedSimulation<Source: CostSource> {
  private var loop: EventLoop<Source>
  private let program: Program

  init(_ loop: EventLoop<Source>, program: Program) {
    self.loop = loop
    self.program = program
  }

  /// When the last device ended what it did last, in nanoseconds.
  public var now: Int64 { SimulatedTime.nanoseconds(loop.end) }

  /// Lets the devices, which stand after the same step, go on; they stand again after step `bound - 1`.
  public mutating func release(upTo bound: Int) { loop.release(upTo: bound) }

  /// Lets the devices stand after the step that the furthest has begun; returns how many steps that is.
  public mutating func hold() -> Int { loop.hold() }

  /// Goes on until the devices stand, or until about `limit` instructions are executed; true where there is more to do.
  ///
  /// - Throws: a deadlock, with the devices and instructions that wait for each other, or more time than can be counted.
  public mutating func advance(instructions limit: Int) throws(DiagnosticList) -> Bool {
    if loop.run(upTo: loop.recordCount + limit) { return true }
    if loop.isBeyondLimit { throw DiagnosticList([SimulatedTime.beyondLimit]) }
    let blocked = loop.blocked
    guard blocked.isEmpty else { throw DiagnosticList([program.deadlock(blocked)]) }
    return false
  }

  /// Hands over the records made since the last time, device by device in the order of execution.
  public mutating func takeRecords() -> [[TraceRecord]] { loop.takeRecords() }
}
