import Programs

/// What a verdict rests on.
struct Findings {
  var steps: AnalysedSteps
  var path: CriticalPath
  var delays: DelayCosts
  var collectives: [CollectiveTiming]
  var bubble: BubblePhases?
  var straggler: Straggler?
  var totals: Totals
  var context: AnalysisContext

  /// The share of a part in the time of all devices, over all measured steps.
  func share(_ part: (Breakdown) -> Int64) -> Double {
    let time = Double(totals.window) * Double(totals.breakdowns.count)
    return time > 0 ? Double(totals.breakdowns.reduce(0) { $0 + part($1) }) / time : 0
  }

  /// Waits that are no pipeline's.
  var otherWaits: Double { share { $0.wait - $0.pipelineWait } }

  var limit: Verdict.Limit {
    if context.oversubscribedCores != nil, share(\.wait) + share(\.overhead) >= Verdict.oversubscriptionLoss {
      return .oversubscribed
    }
    if taken >= Verdict.disturbance { return .disturbed }
    if slowest != nil { return .slowed }
    if isImbalanced { return .imbalance }
    if share(\.compute) >= Verdict.acceptable { return .compute }
    let exposed = share(\.exposedCommunication)
    let losses: [(Verdict.Limit, Double)] = [
      (.pipeline, share(\.pipelineWait)),
      (exposed >= otherWaits ? .communication : .wait, exposed + otherWaits),
      (.overhead, share(\.overhead)), (.idle, share(\.idle)),
    ]
    let largest = losses.reduce((Verdict.Limit.spread, 0)) { $1.1 > $0.1 ? $1 : $0 }
    return largest.1 >= Verdict.notableLoss ? largest.0 : .spread
  }

  /// Stages of a pipeline wait and idle at different times of a step whatever they have to do: there only more work makes one of
  /// them the straggler.
  private var isImbalanced: Bool {
    guard let straggler, straggler.confidence != .none else { return false }
    return straggler.reason == .compute || !steps.catalogue.hasPipelineEdges
  }

  /// The share of the devices' time in which their threads were off their processors.
  var withheld: Double {
    let time = Double(totals.window) * Double(totals.breakdowns.count)
    return time > 0 ? Double(totals.withheld.reduce(0, +)) / time : 0
  }

  /// The share of the devices' time that computing took longer because processors were slower than they can be.
  var slowing: Double {
    let time = Double(totals.window) * Double(totals.breakdowns.count)
    guard time > 0 else { return 0 }
    let lost = totals.breakdowns.indices.reduce(0.0) { sum, device in
      let speed = totals.processorSpeed(of: device, knownGauge: context.gaugeNanoseconds) ?? 1
      return sum + (1 - speed) * Double(totals.breakdowns[device].compute)
    }
    return lost / time
  }

  /// The share of the devices' time that other programs and the host took.
  var taken: Double { withheld + slowing }

  /// The slow part of the machine whose slowness costs most, with what the step would be shorter by without it; nil where that is
  /// not worth a word.
  var slowest: (part: Replay.Slowed, gain: Double)? {
    guard let replay = context.replay, replay.stepSeconds > 0 else { return nil }
    let gains = replay.slowed.map { ($0, 1 - $0.stepSeconds / replay.stepSeconds) }
    return gains.max { $0.1 < $1.1 }.flatMap { $0.1 >= Verdict.slownessGain ? $0 : nil }
  }

  /// The median time from the last backward pass of a step on any device to the last end of its gradient exchange; nil where
  /// the exchange ends earlier or there is none.
  var exchangeTail: Int64? {
    var backward: [Int32: Int64] = [:]
    var exchange: [Int32: Int64] = [:]
    let program = steps.catalogue.program
    for (device, records) in steps.records.enumerated() {
      for record in records {
        switch program.devices[device].instructions[Int(record.instruction)] {
        case .backward, .backwardInput, .backwardWeight:
          backward[record.step] = max(backward[record.step] ?? .min, record.end)
        case .receive(let message) where program.messages[message].purpose == .gradients:
          exchange[record.step] = max(exchange[record.step] ?? .min, record.end)
        default: break
        }
      }
    }
    let tails = exchange.compactMap { step, end in backward[step].map { Double(end - $0) } }
    return quantile(tails, 0.5).flatMap { $0 > 0 ? Int64($0) : nil }
  }
}
