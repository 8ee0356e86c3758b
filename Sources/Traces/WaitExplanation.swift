import Programs

extension Timeline {
  /// Why a device waited, in a sentence: for what, from whom, and what the other device was doing meanwhile, or that the
  /// words were on the wire and nothing else was left to do; nil for a span that is no waiting.
  ///
  /// `device 2 waited 1.3 ms for conv1's activation of microbatch 3 from device 1, which was computing B linear1 mb2`
  /// `device 0 waited 4.2 ms for a part of gradients of linear1, on the wire from device 1: exposed exchange`
  /// `…: exposed exchange, for which the next forward waits`
  public func explain(_ wait: TraceSpan) -> String? {
    guard let index = catalogue.message(device: wait.device, instruction: wait.instruction) else { return nil }
    let message = catalogue.program.messages[index]
    let start = "device \(wait.device) waited \(durationText(wait.nanoseconds)) "
    if wait.kind == .receive, wait.nanoseconds > 0 {
      let isExchange = message.purpose == .gradients || message.purpose == .parameters
      return start + "for \(catalogue.phrase(index)), on the wire from device \(message.from): exposed "
        + (isExchange ? "exchange\(reason(forExchange: wait))" : "communication")
    }
    guard wait.kind == .wait, let cause = wait.cause else { return nil }
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

  /// Where a device may be a step further, who waits for an exchange: once all of its step is computed, the next forward.
  private func reason(forExchange wait: TraceSpan) -> String {
    guard catalogue.program.devices[wait.device].runsAcross else { return "" }
    let isComputing = spans[wait.device].contains {
      $0.lane == .compute && $0.step == wait.step && $0.begin >= wait.end
    }
    return isComputing ? "" : ", for which the next forward waits"
  }

  /// What `device` did for the longest part of a wait, as a relative clause.
  private func clause(about device: Int, during wait: TraceSpan) -> String {
    guard let span = mainSpan(of: device, during: wait.begin..<wait.end) else { return "" }
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

  /// The longest span of `device` in `window` of the activity that took most of it; nil where nothing was recorded.
  private func mainSpan(of device: Int, during window: Range<Int64>) -> TraceSpan? {
    func overlap(_ span: TraceSpan) -> Int64 { min(span.end, window.upperBound) - max(span.begin, window.lowerBound) }
    let candidates = spans(of: device, in: window).filter { overlap($0) > 0 }
    let sums = Activity.allCases.map { activity in
      candidates.reduce(0) { $1.kind.activity == activity ? $0 + overlap($1) : $0 }
    }
    guard let most = sums.max(), let place = sums.firstIndex(of: most) else { return nil }
    return candidates.filter { $0.kind.activity == Activity.allCases[place] }.max { overlap($0) < overlap($1) }
  }
}
