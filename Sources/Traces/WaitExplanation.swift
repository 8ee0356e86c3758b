import Programs

extension Timeline {
  /// Why a device waited, in a sentence: for what, from whom, and what the other device was doing meanwhile; nil for a
  /// span that is no wait.
  ///
  /// `device 2 waited 1.3 ms for conv1's activation of microbatch 3 from device 1, which was computing B linear1 mb2`
  public func explain(_ wait: TraceSpan) -> String? {
    guard wait.kind == .wait, let cause = wait.cause,
      let index = catalogue.message(device: wait.device, instruction: wait.instruction)
    else { return nil }
    let message = catalogue.program.messages[index]
    let start = "device \(wait.device) waited \(durationText(wait.nanoseconds)) "
    switch cause {
    case .lateSender:
      return start + "for \(catalogue.phrase(index)) from device \(message.from)"
        + clause(about: message.from, during: wait)
    case .backPressure:
      let capacity = catalogue.program.channels[message.channel].capacity
      let messages = capacity == 1 ? "1 message" : "\(capacity) messages"
      return start + "to send \(catalogue.phrase(index)) to device \(message.to): the channel was full (\(messages))"
        + clause(about: message.to, during: wait)
    }
  }

  /// What `device` did for the longest part of a wait, as a relative clause.
  private func clause(about device: Int, during wait: TraceSpan) -> String {
    guard let (span, overlap) = mainSpan(of: device, during: wait.begin..<wait.end) else { return "" }
    // A partner that was mostly between two records has no cause to offer.
    guard overlap * 2 >= wait.nanoseconds || span.kind.activity == .compute else { return "" }
    let label = catalogue.label(device: device, instruction: span.instruction)
    switch span.kind.activity {
    case .compute: return ", which was computing \(label)"
    case .communication, .overhead: return ", which was busy with \(label)"
    case .idle: return ""
    case .wait:
      guard let partner = catalogue.partner(device: device, instruction: span.instruction) else { return "" }
      return ", which was itself waiting for device \(partner)"
    }
  }

  /// The span of `device` that covers most of `window`; work is preferred to waiting.
  private func mainSpan(of device: Int, during window: Range<Int64>) -> (span: TraceSpan, overlap: Int64)? {
    let candidates = spans(of: device, in: window).map { span in
      (span: span, overlap: min(span.end, window.upperBound) - max(span.begin, window.lowerBound))
    }.filter { $0.overlap > 0 }
    let working = candidates.filter { $0.span.kind.activity == .compute }
    return (working.isEmpty ? candidates : working).max { $0.overlap < $1.overlap }
  }
}
