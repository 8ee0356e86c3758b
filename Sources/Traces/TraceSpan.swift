import Programs

/// A stretch of one device's time with one meaning; an instruction's record is cut into one to three of them.
public struct TraceSpan: Hashable, Sendable {
  public var device: Int
  public var step: Int
  /// Position in ``DeviceProgram/instructions``; names, layers and bytes come from ``InstructionCatalogue``.
  public var instruction: Int
  public var lane: Lane
  public var kind: SpanKind
  /// Of a wait.
  public var cause: WaitCause?
  /// Nanoseconds since the run's start; `end` may equal `begin`.
  public var begin: Int64
  public var end: Int64

  public init(
    device: Int, step: Int, instruction: Int, lane: Lane, kind: SpanKind, cause: WaitCause? = nil, begin: Int64,
    end: Int64
  ) {
    self.device = device
    self.step = step
    self.instruction = instruction
    self.lane = lane
    self.kind = kind
    self.cause = cause
    self.begin = begin
    self.end = end
  }

  public var nanoseconds: Int64 { end - begin }
}

extension InstructionCatalogue {
  /// When the message of a receive was on the wire before its device had nothing else to do than to wait for it; nil where
  /// it was not, and for other records.
  public func hiddenTransfer(of record: TraceRecord, device: Int) -> Range<Int64>? {
    let end = min(record.arrival, record.begin)
    guard kind(device: device, instruction: Int(record.instruction)) == .receive, record.transferStart < end else {
      return nil
    }
    return record.transferStart..<end
  }

  /// The spans of one record, in order, adjacent, covering `begin..<end`.
  ///
  /// A receive is a late-sender wait until the transfer begins, exposed communication until the message arrives and
  /// overhead (waking up, taking the block) from then on; what happened before `begin` was hidden by other work. A send
  /// is a back-pressure wait until the channel takes the message, and handing over from then on. Both end with a span
  /// that is no wait, of length 0 where nothing was left to do.
  public func spans(of record: TraceRecord, device: Int) -> [TraceSpan] {
    let instruction = Int(record.instruction)
    let kind = kind(device: device, instruction: instruction)
    func span(_ kind: SpanKind, _ begin: Int64, _ end: Int64, _ cause: WaitCause? = nil) -> TraceSpan {
      TraceSpan(
        device: device, step: Int(record.step), instruction: instruction,
        lane: program.devices[device].lanes[instruction], kind: kind, cause: cause, begin: begin, end: end)
    }
    let begin = record.begin
    let end = max(record.begin, record.end)
    let started = min(max(record.transferStart, begin), end)
    var spans: [TraceSpan] = []
    switch kind {
    case .receive:
      let arrived = min(max(record.arrival, started), end)
      if begin < started { spans.append(span(.wait, begin, started, .lateSender)) }
      if started < arrived { spans.append(span(.receive, started, arrived)) }
      if arrived < end { spans.append(span(.overhead, arrived, end)) }
      if spans.last.map({ $0.kind == .wait }) ?? true { spans.append(span(.receive, end, end)) }
    case .send:
      if begin < started { spans.append(span(.wait, begin, started, .backPressure)) }
      spans.append(span(.send, started, end))
    default:
      spans.append(span(kind, begin, end))
    }
    return spans
  }
}
