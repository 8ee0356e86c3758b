/// The analysis of a report for people, section by section. Unknown is `n/a`.
struct ReportAnalysisText {
  private let analysis: Report.Analysis
  /// Rows of every table.
  private let rows = 6

  init(_ analysis: Report.Analysis) { self.analysis = analysis }

  /// The three lines that a report begins with.
  var verdict: [String] {
    [
      "verdict   \(analysis.verdict.verdict)", "why       \(analysis.verdict.why)",
      "next      \(analysis.verdict.next)",
    ]
  }

  /// Everything else.
  var sections: [[String]] {
    [path, delays, efficiency, collectives, findings, replay, trials].filter { !$0.isEmpty }
  }

  private var range: String {
    analysis.firstStep == analysis.lastStep
      ? "step \(analysis.firstStep)" : "steps \(analysis.firstStep) to \(analysis.lastStep)"
  }

  private var path: [String] {
    let path = analysis.criticalPath
    let window = analysis.windowSeconds
    func share(_ seconds: Double) -> String { window > 0 ? percentText(seconds / window) : "n/a" }
    let parts = CriticalPath.Part.allCases.map { "\($0.rawValue) \(share(path.parts[$0.rawValue] ?? 0))" }
    let devices = path.perDevice.enumerated().filter { $0.element > 0 }.map { "\($0.offset): \(share($0.element))" }
    var table = TextTable(header: ["longest on it", "time", "share"])
    for item in path.byLayer.prefix(rows) {
      table.append([label(item.kind, item.layer), timeText(item.seconds), share(item.seconds)])
    }
    let bound = path.speedupBound.map { "; \(significant($0)) times as fast as one device at most" } ?? ""
    return [
      "critical path, \(range): \(timeText(window))\(bound)", "  " + parts.joined(separator: ", "),
      "  by device " + (devices.isEmpty ? "n/a" : devices.joined(separator: ", ")),
    ] + table.lines
  }

  private func label(_ kind: SpanKind, _ layer: String?) -> String {
    let name = kind == .receive ? "transfer" : kind.activity == .compute ? "\(kind.letter)" : kind.rawValue
    return layer.map { "\(name) \($0)" } ?? (kind.activity == .compute ? kind.rawValue : name)
  }

  private var delays: [String] {
    let delays = analysis.delays
    guard delays.totalSeconds > 0 else { return [] }
    var table = TextTable(header: ["caused by", "device", "direct", "propagated", "share"])
    for cause in delays.causes.prefix(rows) {
      let sum = cause.directSeconds + cause.propagatedSeconds
      table.append([
        cause.label, "\(cause.device)", timeText(cause.directSeconds), timeText(cause.propagatedSeconds),
        percentText(sum / delays.totalSeconds),
      ])
    }
    return ["who caused the waiting, \(range): \(timeText(delays.totalSeconds)) over all devices"] + table.lines
  }

  private var efficiency: [String] {
    let tree = analysis.efficiency
    func line(_ indent: Int, _ name: String, _ value: Double?) -> String {
      let label = String(repeating: " ", count: 2 * indent) + name
      return label + String(repeating: " ", count: max(1, 26 - label.count)) + (value.map(percentText) ?? "n/a")
    }
    return [
      "efficiency (POP)", line(1, "global", tree.global), line(2, "parallel", tree.parallel),
      line(3, "load balance", tree.loadBalance), line(3, "communication", tree.communication),
      line(4, "serialisation", tree.serialisation), line(4, "transfer", tree.transfer),
      line(2, "computation scaling", tree.computationScaling),
    ]
  }

  private var collectives: [String] {
    guard !analysis.collectives.isEmpty else { return [] }
    var table = TextTable(header: [
      "collective", "bytes", "times", "wait", "transfer", "skew", "algbw", "busbw", "last",
    ])
    func rate(_ value: Double?) -> String { value.map { "\(significant($0 / 1e9)) GB/s" } ?? "n/a" }
    for one in analysis.collectives.prefix(rows) {
      let last = one.lastDevice.map { "\($0): \(percentText(one.lastShare ?? 0))" } ?? "n/a"
      table.append([
        "\(one.algorithm) \(one.kind), \(one.label)", trafficText(Double(one.bytes)), "\(one.count)",
        timeText(one.waitSeconds), timeText(one.transferSeconds), timeText(one.skewSeconds),
        rate(one.algorithmBandwidth), rate(one.busBandwidth), last,
      ])
    }
    return ["collectives, \(range)"] + table.lines
  }

  private var findings: [String] {
    let ratios = analysis.overlapRatio.map { $0.wrappedValue.map(percentText) ?? "n/a" }
    var lines: [String] = []
    if ratios.count > 1 {
      lines.append("overlap of communication with computing, by device: \(ratios.prefix(16).joined(separator: ", "))")
    }
    if let bubble = analysis.bubble, bubble.windowSeconds > 0 {
      func share(_ seconds: Double) -> String { percentText(seconds / bubble.windowSeconds) }
      lines.append(
        "bubble of the total time: warm-up \(share(bubble.warmUpSeconds)), steady \(share(bubble.steadySeconds)), "
          + "drain \(share(bubble.drainSeconds))")
    }
    if analysis.overlapRatio.count > 1 { lines.append("straggler: \(stragglerText)") }
    let flops = analysis.flops
    if let achieved = flops.achievedPerSecond, achieved > 0 {
      let peak =
        flops.peakPerSecondPerDevice.map { ", one device's measured peak \(significant($0 / 1e9)) GFLOP/s" } ?? ""
      lines.append(
        "achieved: \(significant(achieved / 1e9)) GFLOP/s\(peak), utilisation "
          + (flops.modelUtilisation.map(percentText) ?? "n/a (no calibration)"))
    }
    return lines
  }

  private var stragglerText: String {
    guard let one = analysis.straggler else { return "n/a (needs two measured steps with waits)" }
    guard one.confidence != .none else { return "none (score \(percentText(one.score)) of the step)" }
    let reason = one.reason.map { ", explained by its \($0.rawValue)" } ?? ", cause not clear"
    let last = one.lastShare.map { ", last into \(percentText($0)) of the collectives" } ?? ""
    return
      "device \(one.device), \(one.confidence.rawValue) (score \(percentText(one.score)) of the step, \(one.steps) steps)"
      + reason + last
  }

  private var replay: [String] {
    guard let replay = analysis.replay else { return [] }
    var table = TextTable(header: ["what if (simulated)", "step", "speedup"])
    for change in replay.changes {
      table.append([change.change, timeText(change.stepSeconds), change.speedup.map(significant) ?? "n/a"])
    }
    let error = signedPercentText(replay.relativeError)
    return ["recorded durations replayed: step \(timeText(replay.stepSeconds)), error \(error)"] + table.lines
  }

  private var trials: [String] {
    guard let trials = analysis.trials, !trials.changes.isEmpty else { return [] }
    var table = TextTable(header: ["other strategies (predicted)", "step", "speedup"])
    for change in trials.changes {
      table.append([change.change, timeText(change.stepSeconds), change.speedup.map(significant) ?? "n/a"])
    }
    return ["this strategy's predicted step, with the same costs: \(timeText(trials.predictedStepSeconds))"]
      + table.lines
  }
}

/// `1.3 ms`
func timeText(_ seconds: Double) -> String { secondsText(seconds) }
