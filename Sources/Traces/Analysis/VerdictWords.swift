import Programs

/// The sentences of a verdict.
struct VerdictWords {
  typealias Lines = (why: String, next: String)

  private let findings: Findings
  private var catalogue: InstructionCatalogue { findings.steps.catalogue }
  private var program: Program { catalogue.program }

  init(_ findings: Findings) { self.findings = findings }

  /// What the verdict begins with.
  func name(of limit: Verdict.Limit) -> String {
    switch limit {
    case .oversubscribed:
      "Oversubscribed, \(counted(program.devices.count, "device")) on "
        + counted(findings.context.oversubscribedCores ?? 1, "core")
    case .disturbed: "Disturbed"
    case .slowed:
      switch findings.slowest?.part.part {
      case .device(let device): "Device \(device) is slow"
      case .link(let link): "Link \(link) is slow"
      case nil: "Slowed"
      }
    case .compute: "Compute-bound"
    case .communication: "Communication-bound"
    case .pipeline: "Pipeline-bound"
    case .imbalance: findings.straggler.map { "Imbalanced, device \($0.device) is behind" } ?? "Imbalanced"
    case .wait: "Wait-bound"
    case .overhead: "Runtime-bound"
    case .idle: "Short of work"
    case .spread: "No single loss"
    }
  }

  /// Where the time of all devices goes: computing first, then the losses of at least 1 %, the largest first.
  var shares: String {
    let bubble = findings.share(\.pipelineWait)
    let formula = program.bubble.map { ", by theory \(percentText($0.fractionOfTotal))" } ?? ""
    let losses: [(text: String, share: Double)] = [
      ("pipeline bubble \(percentText(bubble))\(formula)", bubble),
      (
        "exposed communication \(percentText(findings.share(\.exposedCommunication)))",
        findings.share(\.exposedCommunication)
      ),
      ("waiting \(percentText(findings.otherWaits))", findings.otherWaits),
      ("runtime \(percentText(findings.share(\.overhead)))", findings.share(\.overhead)),
      ("idle \(percentText(findings.share(\.idle)))", findings.share(\.idle)),
    ]
    let told = losses.enumerated().filter { $0.element.share >= 0.01 }
      .sorted { ($1.element.share, $0.offset) < ($0.element.share, $1.offset) }.map(\.element.text)
    return (["computing \(percentText(findings.share(\.compute)))"] + told).joined(separator: "; ")
  }

  var oversubscribed: Lines {
    (
      "Waiting and runtime contain the operating system's scheduling of more threads than cores.",
      "Try --clock virtual, or partita simulate, for a timeline that the host does not distort."
    )
  }

  var disturbed: Lines {
    let parts = [("withheld", findings.withheld), ("slowed", findings.slowing)].filter { $0.1 >= 0.01 }
      .map { "\(percentText($0.1)) \($0.0)" }
    return (
      "Others took \(percentText(findings.taken)) of the devices' processor time (\(parts.joined(separator: ", "))), and "
        + "every other number contains that.",
      "See what else runs on this machine, and run again; --clock virtual keeps waits out of it."
    )
  }

  var slowed: Lines {
    guard let (part, gain) = findings.slowest else { return ("", advice) }
    let name =
      switch part.part {
      case .device(let device): "device \(device)"
      case .link(let link): "link \(link)"
      }
    return (
      "The machine's description makes \(name) \(significant(part.factor))× as slow as its like; without that a step would be "
        + "\(percentText(gain)) shorter (simulated).",
      findings.context.trials == nil ? "Try to give \(name) less to do." : advice
    )
  }

  var compute: Lines {
    guard let most = findings.path.byLayer(catalogue).first(where: { $0.kind.activity == .compute }) else {
      return ("No layer stands out.", advice)
    }
    let length = max(1, findings.path.window.upperBound - findings.path.window.lowerBound)
    let name = most.layer.map { "\(most.kind.letter) \($0)" } ?? most.kind.rawValue
    return (
      "\(name) alone is \(percentText(Double(most.nanoseconds) / Double(length))) of the critical path.", advice
    )
  }

  var communication: Lines {
    let purpose = findings.totals.bytesByPurpose.max { ($0.value, $1.key.rawValue) < ($1.value, $0.key.rawValue) }?.key
    guard purpose == .gradients else {
      return ("Most of the bytes are \(purposeText(purpose)): \(perStepText) per step\(largestSource).", advice)
    }
    let exchange = findings.collectives.first { $0.purpose == .gradients }
    let name = exchange.map { "The \($0.algorithm) \($0.kind.text) of \($0.label)" } ?? "The exchange of gradients"
    let size = exchange.map { " (\(trafficText(Double($0.bytes))))" } ?? ""
    let tail =
      findings.exchangeTail.map { " ends \(durationText($0)) after the last backward pass" }
      ?? " competes with the backward pass"
    return ("\(name)\(size)\(tail)\(largestParameter).", advice)
  }

  var pipeline: Lines {
    guard let bubble = findings.bubble, bubble.total > 0 else { return ("Devices wait for other stages.", advice) }
    let phases = [("warm-up", bubble.warmUp), ("the steady phase", bubble.steady), ("drain", bubble.drain)]
    let most = phases.reduce(phases[0]) { $1.1 > $0.1 ? $1 : $0 }
    return ("\(percentText(Double(most.1) / Double(bubble.total))) of the bubble is in \(most.0).", advice)
  }

  var imbalance: Lines {
    guard let straggler = findings.straggler else { return wait }
    let costs = findings.delays.costs.filter { $0.cause.device == straggler.device }
    var why = "Device \(straggler.device) waits least"
    if let most = costs.first, findings.delays.total > 0 {
      why +=
        "; its \(catalogue.label(of: most.cause)) alone causes \(percentText(most.total / findings.delays.total)) of the waiting"
    }
    let own =
      straggler.reason == .compute
      ? "Give device \(straggler.device) less work, or see what else runs on its core."
      : "See what device \(straggler.device) does between its layers: partita run --trace FILE."
    return (why + ".", trialAdvice(orIfNoneHelps: own) ?? own)
  }

  var wait: Lines {
    guard let most = findings.delays.costs.first, findings.delays.total > 0 else {
      return ("No cause stands out.", advice)
    }
    let share = percentText(most.total / findings.delays.total)
    return ("\(catalogue.label(of: most.cause)) on device \(most.cause.device) causes \(share) of the waiting.", advice)
  }

  var overhead: Lines {
    let instructions = program.devices.reduce(0) { $0 + $1.instructions.count }
    let total = findings.totals.breakdowns.reduce(Int64(0)) { $0 + $1.overhead }
    let each = total / Int64(max(1, instructions * findings.totals.steps))
    return (
      "A step has \(counted(instructions, "instruction")) and \(counted(program.messages.count, "message")); each "
        + "instruction costs \(durationText(each)) on average.",
      advice
    )
  }

  var idle: Lines {
    let idle = findings.totals.breakdowns.enumerated().max {
      ($0.element.idle, $1.offset) < ($1.element.idle, $0.offset)
    }
    return (
      "Device \(idle?.offset ?? 0) is idle most: \(percentText(idle?.element.fraction(.idle) ?? 0)) of its time.",
      advice
    )
  }

  var spread: Lines {
    guard let most = findings.delays.costs.first, findings.delays.total > 0 else {
      return ("No cause stands out.", advice)
    }
    return (
      "Of the waiting, \(catalogue.label(of: most.cause)) on device \(most.cause.device) causes most: "
        + "\(percentText(most.total / findings.delays.total)).", advice
    )
  }

  // MARK: - What to try

  /// What a simulation found to help.
  private var advice: String { trialAdvice(orIfNoneHelps: replayAdvice) ?? replayAdvice ?? searchAdvice }

  /// The best way of dividing the work that was tried, or what was tried in vain; nil where nothing was.
  private func trialAdvice(orIfNoneHelps otherwise: String?) -> String? {
    guard let trials = findings.context.trials, !trials.changes.isEmpty else { return nil }
    if let best = trials.best {
      return "Try \(best.text): a step is predicted \(percentText(trials.gain(of: best))) shorter."
    }
    let tried = trials.changes.map(\.text).joined(separator: ", ")
    return (otherwise.map { $0 + " " } ?? "") + "Simulated and not shorter: \(tried)."
  }

  /// The change of costs that the replay found to help most.
  private var replayAdvice: String? {
    guard let replay = findings.context.replay,
      let best = replay.changes.min(by: { $0.stepSeconds < $1.stepSeconds }), replay.stepSeconds > 0
    else { return nil }
    let gain = 1 - best.stepSeconds / replay.stepSeconds
    guard gain >= 0.01 else { return nil }
    return "\(best.text) would shorten the step by \(percentText(gain)) (simulated)."
  }

  private var searchAdvice: String {
    "partita search SCENE --devices \(program.devices.count) looks for a shorter step."
  }

  // MARK: - Parts

  private var perStepText: String {
    trafficText(Double(findings.totals.bytes) / Double(max(1, findings.totals.steps)))
  }

  /// The layer most of whose outputs travel.
  private var largestSource: String {
    var sums: [Int: Int] = [:]
    for message in program.messages.entries { message.node.map { sums[$0, default: 0] += message.bytes } }
    let most = sums.max { ($0.value, $1.key) < ($1.value, $0.key) }
    return most.map { ", most for \(catalogue.layerName($0.key))" } ?? ""
  }

  /// The layer that has at least half of the parameters.
  private var largestParameter: String {
    let layers = program.graph.nodes.map { node in
      (node: node.index, elements: node.parameters.lazy.filter(\.isLearned).reduce(0) { $0 + $1.count })
    }
    guard let most = layers.max(by: { ($0.elements, $1.node) < ($1.elements, $0.node) }), most.elements > 0,
      2 * most.elements >= program.graph.parameterCount
    else { return "" }
    let share = percentText(Double(most.elements) / Double(program.graph.parameterCount))
    return "; \(catalogue.layerName(most.node)) has \(share) of the parameters"
  }

  private func purposeText(_ purpose: Purpose?) -> String {
    (purpose ?? .other).rawValue.split(separator: "_").joined(separator: " ")
  }
}
