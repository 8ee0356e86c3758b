import Programs

/// The sentences of a verdict.
struct VerdictWords {
  typealias Lines = (verdict: String, why: String, next: String)

  private let findings: Findings
  private var catalogue: InstructionCatalogue { findings.steps.catalogue }
  private var program: Program { catalogue.program }

  init(_ findings: Findings) { self.findings = findings }

  var oversubscribed: Lines {
    let devices = counted(program.devices.count, "device")
    let cores = counted(findings.context.oversubscribedCores ?? 1, "core")
    return (
      "Oversubscribed: \(devices) on \(cores).",
      "\(percentText(findings.share(\.wait) + findings.share(\.overhead))) of all device time is waiting and runtime, which the "
        + "operating system's scheduling makes longer.",
      "Try --clock virtual, or partita simulate, for a timeline that the host does not distort."
    )
  }

  var compute: Lines {
    let share = percentText(findings.share(\.compute))
    let text = "Compute-bound: \(share) of all device time is computing."
    guard let most = findings.path.byLayer(catalogue).first(where: { $0.kind.activity == .compute }) else {
      return (text, "No layer stands out.", "Try more devices.")
    }
    let length = max(1, findings.path.window.upperBound - findings.path.window.lowerBound)
    let name = most.layer.map { "\(most.kind.letter) \($0)" } ?? most.kind.rawValue
    let next =
      bestChange.map { "Try to make \($0.name) cheaper: \($0.text). Or use more devices." }
      ?? "Try more devices, or a cheaper \(most.layer ?? most.kind.rawValue)."
    return (
      text, "\(name) alone is \(percentText(Double(most.nanoseconds) / Double(length))) of the critical path.", next
    )
  }

  var communication: Lines {
    let text =
      "Communication-bound: \(percentText(findings.share(\.exposedCommunication))) of all device time is exposed communication."
    let purpose = findings.totals.bytesByPurpose.max { ($0.value, $1.key.rawValue) < ($1.value, $0.key.rawValue) }?.key
    guard purpose == .gradients else {
      return (
        text, "Most of the bytes are \(purposeText(purpose)): \(perStepText) per step\(largestSource).",
        "Try a split that keeps neighbouring layers on one device, or a faster link."
      )
    }
    let exchange = findings.collectives.first { $0.purpose == .gradients }
    let name = exchange.map { "The \($0.algorithm) \(kindText($0.kind)) of \($0.label)" } ?? "The exchange of gradients"
    let size = exchange.map { " (\(bytesText(Double($0.bytes))))" } ?? ""
    let tail =
      findings.exchangeTail.map { " ends \(durationText($0)) after the last backward pass." }
      ?? " competes with the backward pass."
    return (text, name + size + tail, gradientAdvice)
  }

  var pipeline: Lines {
    let text = "Pipeline-bound: \(percentText(findings.share(\.pipelineWait))) of all device time is the bubble."
    var why = "Devices wait for other stages."
    if let bubble = findings.bubble, bubble.total > 0 {
      let phases = [("warm-up", bubble.warmUp), ("the steady phase", bubble.steady), ("drain", bubble.drain)]
      let most = phases.reduce(phases[0]) { $1.1 > $0.1 ? $1 : $0 }
      why = "\(percentText(Double(most.1) / Double(bubble.total))) of it is in \(most.0)"
      why +=
        (program.bubble?.fractionOfTotal).map { "; equal stages would have \(percentText($0)) of the total time." }
        ?? "."
    }
    if let straggler = findings.straggler, straggler.confidence != .none {
      why += " Device \(straggler.device) waits least: its stage is the longest."
      return (text, why, "Try to balance the stages, then more microbatches (now \(program.microbatches)).")
    }
    return (text, why, "Try more microbatches (now \(program.microbatches)), or another schedule.")
  }

  var imbalance: Lines {
    let wait = findings.share(\.wait) - findings.share(\.pipelineWait)
    guard let straggler = findings.straggler else { return self.wait }
    let text =
      "Imbalanced: \(percentText(wait)) of all device time is waiting, most of it for device \(straggler.device)."
    let costs = findings.delays.costs.filter { $0.cause.device == straggler.device }
    var why = "Device \(straggler.device) waits least"
    if let most = costs.first, findings.delays.total > 0 {
      why +=
        "; its \(catalogue.label(of: most.cause)) alone causes \(percentText(most.total / findings.delays.total)) of the waiting"
    }
    let next =
      straggler.reason == .compute
      ? "Give device \(straggler.device) less work, or see what else runs on its core."
      : "See what device \(straggler.device) does between its layers: partita run --trace FILE."
    return (text, why + ".", next)
  }

  var wait: Lines {
    let text = "Wait-bound: \(percentText(findings.share(\.wait))) of all device time is waiting for other devices."
    guard let most = findings.delays.costs.first, findings.delays.total > 0 else {
      return (text, "No cause stands out.", "Try a larger batch.")
    }
    let label = catalogue.label(of: most.cause)
    return (
      text, "\(label) on device \(most.cause.device) causes \(percentText(most.total / findings.delays.total)) of it.",
      bestChange.map { "Try to make \($0.name) cheaper: \($0.text)." }
        ?? "Try to split or shorten \(most.cause.node.map(catalogue.layerName) ?? label), or a larger batch."
    )
  }

  var overhead: Lines {
    let instructions = program.devices.reduce(0) { $0 + $1.instructions.count }
    let total = findings.totals.breakdowns.reduce(Int64(0)) { $0 + $1.overhead }
    let each = total / Int64(max(1, instructions * findings.totals.steps))
    return (
      "Runtime-bound: \(percentText(findings.share(\.overhead))) of all device time is the runtime's own.",
      "A step has \(instructions) instructions and \(program.messages.count) messages; each costs \(durationText(each)) on average.",
      "Try a larger batch, fewer microbatches or fewer devices, so that each instruction has more to do."
    )
  }

  var idle: Lines {
    let idle = findings.totals.breakdowns.enumerated().max {
      ($0.element.idle, $1.offset) < ($1.element.idle, $0.offset)
    }
    return (
      "Short of work: \(percentText(findings.share(\.idle))) of all device time has nothing to do.",
      "Device \(idle?.offset ?? 0) is idle most: \(percentText(idle?.element.fraction(.idle) ?? 0)) of its time.",
      "Try fewer devices, or a split that gives every device a part."
    )
  }

  // MARK: - Parts

  /// The change that the replay found to help most.
  private var bestChange: (name: String, text: String)? {
    guard let replay = findings.context.replay,
      let best = replay.changes.min(by: { $0.stepSeconds < $1.stepSeconds }), replay.stepSeconds > 0
    else { return nil }
    let gain = 1 - best.stepSeconds / replay.stepSeconds
    guard gain >= 0.01, let name = best.text.split(separator: " ").first else { return nil }
    return (String(name), "\(best.text) shortens the step by \(percentText(gain))")
  }

  private var perStepText: String {
    bytesText(Double(findings.totals.bytes) / Double(max(1, findings.totals.steps)))
  }

  /// The layer most of whose outputs travel.
  private var largestSource: String {
    var sums: [Int: Int] = [:]
    for message in program.messages.entries { message.node.map { sums[$0, default: 0] += message.bytes } }
    let most = sums.max { ($0.value, $1.key) < ($1.value, $0.key) }
    return most.map { ", most for \(catalogue.layerName($0.key))" } ?? ""
  }

  private var gradientAdvice: String {
    var advice = program.strategy.contains("overlap=on") ? "a larger batch" : "overlap=on, bucket=1MB"
    let layers = program.graph.nodes.map { node in
      (node: node.index, words: node.parameters.lazy.filter(\.isLearned).reduce(0) { $0 + $1.count })
    }
    if let most = layers.max(by: { ($0.words, $1.node) < ($1.words, $0.node) }),
      2 * most.words >= program.graph.parameterCount, most.words > 0
    {
      let share = percentText(Double(most.words) / Double(program.graph.parameterCount))
      advice += ", or split \(catalogue.layerName(most.node)) by k (\(share) of the parameters)"
    } else if !program.strategy.contains("overlap=on") {
      advice += ", or a larger batch"
    }
    return "Try \(advice)."
  }

  private func purposeText(_ purpose: Purpose?) -> String {
    (purpose ?? .other).rawValue.split(separator: "_").joined(separator: " ")
  }

  private func kindText(_ kind: Collective.Kind) -> String { kind.text }
}

extension Collective.Kind {
  /// `all-reduce`, as people write it.
  public var text: String {
    switch self {
    case .allReduce: "all-reduce"
    case .allGather: "all-gather"
    case .reduceScatter: "reduce-scatter"
    case .reduce: "reduce"
    case .broadcast: "broadcast"
    case .exchange: "exchange"
    }
  }
}
