/// Where a device's window went, in integer nanoseconds; the five parts add up to the window exactly.
///
/// With interval unions C (compute), X (bytes moving towards the device, its copies and sums), Q (blocked on a partner)
/// and O (the runtime): compute |C|, exposed communication |X∖C|, wait |Q∖C∖X|, overhead |O∖C∖X∖Q|, idle the rest.
public struct Breakdown: Hashable, Sendable {
  public var compute: Int64 = 0
  public var exposedCommunication: Int64 = 0
  public var wait: Int64 = 0
  public var overhead: Int64 = 0
  public var idle: Int64 = 0
  /// |X|, hidden or not.
  public var communication: Int64 = 0
  /// ``wait`` by cause; adds up to it.
  public var waits: [WaitCause: Int64] = [:]
  /// The part of the late-sender wait that was for an activation or its gradient from another stage.
  public var pipelineWait: Int64 = 0

  public init() {}

  /// Neither computing nor communicating: in a stage of a pipeline, the bubble.
  public var inactive: Int64 { wait + overhead + idle }

  /// The length of the window.
  public var window: Int64 { compute + exposedCommunication + wait + overhead + idle }

  /// The share of communication that computation hid, |C∩X| / |X|; nil where there was none.
  public var overlapRatio: Double? {
    communication == 0 ? nil : Double(communication - exposedCommunication) / Double(communication)
  }

  public subscript(_ activity: Activity) -> Int64 {
    switch activity {
    case .compute: compute
    case .communication: exposedCommunication
    case .wait: wait
    case .overhead: overhead
    case .idle: idle
    }
  }

  /// The share of the window; nil for an empty window.
  public func fraction(_ activity: Activity) -> Double? {
    window == 0 ? nil : Double(self[activity]) / Double(window)
  }

  public static func += (total: inout Breakdown, part: Breakdown) {
    total.compute += part.compute
    total.exposedCommunication += part.exposedCommunication
    total.wait += part.wait
    total.overhead += part.overhead
    total.idle += part.idle
    total.communication += part.communication
    total.waits.merge(part.waits, uniquingKeysWith: +)
    total.pipelineWait += part.pipelineWait
  }
}
