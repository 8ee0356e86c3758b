/// The interval sets of one device over a stretch of its trace, from which a breakdown of any window inside follows.
///
/// X, the communication of a device, is the union of the wire times `transferStart..<arrival` of the messages that it
/// *receives* and of its copy and accumulate spans. A message's wire time counts for its receiver alone: that is who
/// could have been kept waiting by it, and no nanosecond of a link is charged twice.
public struct DeviceActivity: Sendable {
  public let compute: IntervalSet
  public let communication: IntervalSet
  public let waits: [WaitCause: IntervalSet]
  /// Late-sender waits for what travels between pipeline stages.
  public let pipelineWaits: IntervalSet
  /// Sends, frees, wake-ups and the gaps between consecutive records: while a device is blocked it has a record, so a
  /// gap is the runtime's.
  public let overhead: IntervalSet

  /// The sets of consecutive records of one device without a stop in between.
  ///
  /// - Parameter precedingEnd: where the record before the first one ended, if no stop lies between.
  public init(
    records: some Sequence<TraceRecord>, device: Int, catalogue: InstructionCatalogue, precedingEnd: Int64? = nil
  ) {
    var compute: [Range<Int64>] = []
    var communication: [Range<Int64>] = []
    var waits: [WaitCause: [Range<Int64>]] = [:]
    var pipelineWaits: [Range<Int64>] = []
    var overhead: [Range<Int64>] = []
    var last = precedingEnd
    for record in records {
      if let last, last < record.begin { overhead.append(last..<record.begin) }
      last = max(last ?? record.end, record.end)
      let instruction = Int(record.instruction)
      if catalogue.kind(device: device, instruction: instruction) == .receive, record.transferStart < record.arrival {
        communication.append(record.transferStart..<record.arrival)
      }
      for span in catalogue.spans(of: record, device: device) where span.begin < span.end {
        let range = span.begin..<span.end
        switch span.kind.activity {
        case .compute: compute.append(range)
        case .communication: communication.append(range)
        case .overhead: overhead.append(range)
        case .idle: break
        case .wait:
          guard let cause = span.cause else { continue }
          waits[cause, default: []].append(range)
          if cause == .lateSender, let message = catalogue.message(device: device, instruction: instruction),
            catalogue.isPipelineEdge(message)
          {
            pipelineWaits.append(range)
          }
        }
      }
    }
    self.compute = IntervalSet(compute)
    self.communication = IntervalSet(communication)
    self.waits = waits.mapValues { IntervalSet($0) }
    self.pipelineWaits = IntervalSet(pipelineWaits)
    self.overhead = IntervalSet(overhead)
  }

  /// Where `window` went. A nanosecond with two causes of waiting counts for the first in ``WaitCause/allCases``.
  public func breakdown(in window: Range<Int64>) -> Breakdown {
    var parts = Breakdown()
    let computing = compute.clipped(to: window)
    let moving = communication.clipped(to: window)
    var taken = computing.union(moving)
    parts.compute = computing.length
    parts.communication = moving.length
    parts.exposedCommunication = taken.length - parts.compute
    parts.pipelineWait = pipelineWaits.clipped(to: window).subtracting(taken).length
    for cause in WaitCause.allCases {
      let waiting = (waits[cause] ?? IntervalSet()).clipped(to: window).subtracting(taken)
      parts.waits[cause] = waiting.length
      parts.wait += waiting.length
      taken = taken.union(waiting)
    }
    parts.overhead = overhead.clipped(to: window).subtracting(taken).length
    parts.idle =
      (window.upperBound - window.lowerBound)
      - (parts.compute + parts.exposedCommunication + parts.wait + parts.overhead)
    return parts
  }
}
