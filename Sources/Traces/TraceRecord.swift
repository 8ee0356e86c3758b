/// What an executor writes about one executed instruction: times in nanoseconds since the run's start.
///
/// A message has five instants: *sender ready* (its buffer was complete and the sender turned to sending it), *transfer
/// start* (the link took it up), *arrival* (readable at the other end), *receiver entered* (the receiver turned to it, or
/// had nothing else left to do) and *receiver done*. The receiver's record carries all five.
public struct TraceRecord: Hashable, Sendable {
  /// Steps are counted from 0.
  public var step: Int32
  /// Position in ``DeviceProgram/instructions``.
  public var instruction: Int32
  /// The device turned to the instruction; for `send` and `receive` the moment from which it did nothing else.
  public var begin: Int64
  public var end: Int64
  /// Of a `receive`; for a `send`, `transferStart` is when the channel took the message. 0 elsewhere.
  public var senderReady: Int64
  public var transferStart: Int64
  public var arrival: Int64
  /// Of the time from begin to end: how long the device's thread was off its processor although it could have run, because
  /// other programs or the host of a virtual machine had it. Only the wall clock knows such time; 0 elsewhere.
  public var withheld: Int64
  /// Nanoseconds that a fixed piece of arithmetic took on the device's processor when it was last tried before this
  /// instruction, or right after it, whichever was longer: the more, the slower was the processor. 0 where nobody tried.
  public var gauge: Int32

  public init(
    step: Int32, instruction: Int32, begin: Int64, end: Int64, senderReady: Int64 = 0, transferStart: Int64 = 0,
    arrival: Int64 = 0, withheld: Int64 = 0, gauge: Int32 = 0
  ) {
    self.step = step
    self.instruction = instruction
    self.begin = begin
    self.end = end
    self.senderReady = senderReady
    self.transferStart = transferStart
    self.arrival = arrival
    self.withheld = withheld
    self.gauge = gauge
  }
}

/// The clock that a trace's times come from; always named where times are shown.
public enum Clock: String, Hashable, Sendable, Codable {
  /// Worker threads and the machine's time.
  case wall
  /// Real arithmetic, devices and links in virtual time.
  case virtual
  /// Modelled costs, no arithmetic.
  case model

  /// The clock of a training run where nobody chose one: the machine's while every device has a core of its own, else
  /// virtual time, which no device's waiting for a core distorts.
  public static func standard(devices: Int, cores: Int) -> Clock { devices > cores ? .virtual : .wall }

  /// The cores that devices share in this time, on a machine of so many; nil where each has a core of its own however many
  /// they are.
  public func sharedCores(of cores: Int?) -> Int? { self == .wall ? cores : nil }
}

/// Records drained from an executor since the batch before.
public struct TraceBatch: Sendable {
  /// Per device, in the order of execution.
  public var records: [[TraceRecord]]
  /// Records per device that the ring had no room for.
  public var dropped: [Int]
  /// Steps after which the devices stopped for a while (a pause, an evaluation): the time until the next step begins is
  /// nobody's. Named with or before the first record of a later step.
  public var stops: [Int32]

  public init(records: [[TraceRecord]], dropped: [Int], stops: [Int32] = []) {
    self.records = records
    self.dropped = dropped
    self.stops = stops
  }
}
