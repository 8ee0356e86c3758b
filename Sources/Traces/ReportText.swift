import Diagnostics
import Programs

/// A report for people: what `run` prints when no JSON is asked for. Unknown is `n/a`.
public struct ReportText: Sendable {
  private let report: Report

  public init(_ report: Report) { self.report = report }

  /// Sections separated by empty lines, with a final line break.
  public var text: String {
    let analysis = report.analysis.map(ReportAnalysisText.init)
    let sections =
      [heading, analysis?.verdict ?? [], results, heads, breakdown, communication, memory]
      + (analysis?.sections ?? []) + [assumptions]
    return sections.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }.joined(separator: "\n\n") + "\n"
  }

  private var heading: [String] {
    let clock =
      switch report.clock {
      case .wall: "wall clock"
      case .virtual: "virtual clock"
      case .model: "model clock"
      }
    let cores = report.cores.map { counted($0, "core") } ?? "cores n/a"
    var machine = "\(counted(report.devices, "device")) · \(clock) · \(cores)"
    if report.oversubscribed { machine += " · oversubscribed" }
    let warmup = report.warmupSteps == 0 ? "all measured" : "the first \(report.warmupSteps) are warm-up, not measured"
    return [
      "\(report.scene.visible) · \(report.strategy.split(separator: "\n").joined(separator: " / "))", machine,
      "batch \(report.batch) · microbatches \(report.microbatches) · seed \(report.seed) · steps \(report.steps) "
        + "(\(warmup))",
    ]
  }

  private var results: [String] {
    var lines: [String] = []
    func line(_ name: String, _ value: String) {
      lines.append(name + String(repeating: " ", count: max(1, 22 - name.count)) + value)
    }
    let step = report.stepSeconds
    line("throughput", report.samplesPerSecond.map { "\(significant($0)) samples/s" } ?? "n/a")
    line("step", "median \(time(step.median)), p10 \(time(step.p10)), p90 \(time(step.p90))")
    if let calm = report.undisturbed {
      line(
        "  undisturbed",
        "median \(time(calm.stepSeconds)) of \(counted(calm.steps, "step")) with processors at full speed")
    }
    let losses = report.losses
    line(
      "loss",
      losses.isEmpty ? "n/a" : "\(loss(losses[0])) at the first step, \(loss(losses[losses.count - 1])) at the last")
    if let step = report.divergedStep { line("diverged", "from step \(step) on the loss is no finite number") }
    line("training accuracy", percent(report.trainAccuracy))
    line("test accuracy", percent(report.testAccuracy))
    if report.oracleAccuracy != nil || report.trainOracleAccuracy != nil {
      line(
        "any head right",
        "\(percent(report.oracleAccuracy)) of the test set, \(percent(report.trainOracleAccuracy)) in training")
    }
    line("parameters", "\(report.parameterCount)")
    line("work per sample", "\(report.flopsPerSample) floating-point operations, forward and backward")
    line(
      "bubble of total",
      "\(percent(report.bubble.fractionOfTotal)) measured, \(percent(report.bubble.formula)) by formula")
    let efficiency = report.efficiency
    line("load balance", percent(efficiency.loadBalance))
    line("communication eff.", percent(efficiency.communication))
    line("parallel efficiency", percent(efficiency.parallel))
    line("speedup", speedup)
    if let predicted = report.predicted {
      line(
        "predicted step",
        "\(time(predicted.stepSeconds)), measured \(time(step.median)), relative error "
          + signedPercentText(predicted.relativeError)
      )
      if let parts = predicted.errorParts {
        line(
          "  of the error",
          "\(signedPercentText(parts.times)) instructions' times other than predicted, "
            + (parts.withheld.map { "\(signedPercentText($0)) processors withheld, " } ?? "")
            + (parts.slowed.map { "\(signedPercentText($0)) slower processors, " } ?? "")
            + "\(signedPercentText(parts.simulation)) the simulation")
      }
      if let error = predicted.undisturbedRelativeError {
        line("  undisturbed", "relative error \(signedPercentText(error)) of the undisturbed steps")
      }
    } else if report.clock != .model {
      line("predicted step", "n/a")
    }
    return lines
  }

  private var speedup: String {
    guard let factor = report.efficiency.speedup else { return "n/a (no serial reference)" }
    let reference = report.serialReference.map { ", one device's step \(time($0.stepSeconds)) (\($0.source))" } ?? ""
    return "\(significant(factor)), \(percent(report.efficiency.strong)) of \(counted(report.devices, "device"))"
      + reference
  }

  /// Which head of a tree is best at what; classes as columns where they fit.
  private var heads: [String] {
    guard let heads = report.heads else { return [] }
    let classes = heads.wins.first?.count ?? 0
    let isWide = classes > 12
    var table = TextTable(
      header: ["head", "accuracy"] + (isWide ? ["best of all"] : (0..<classes).map { "class \($0)" }))
    for (head, accuracy) in heads.accuracy.enumerated() {
      let wins = heads.wins[head]
      table.append(
        ["\(head + 1)", percent(accuracy)] + (isWide ? ["\(wins.reduce(0, +))"] : wins.map { $0 == 0 ? "-" : "\($0)" }))
    }
    return ["test samples for which a head has the smallest loss"] + table.lines
  }

  /// Share of each device's window; the five add up to 100 %, what follows are parts of them. The speed is the processor's, of
  /// its full one.
  private var breakdown: [String] {
    let isWithheldKnown = report.perDevice.contains { $0.withheldSeconds != nil }
    let isSpeedKnown = report.perDevice.contains { $0.processorSpeed != nil }
    var table = TextTable(
      header: [
        "device", "window", "compute", "exposed comm.", "wait", "overhead", "idle", "late sender", "back pressure",
      ] + (isWithheldKnown ? ["withheld"] : []) + (isSpeedKnown ? ["speed"] : []))
    for device in report.perDevice {
      let parts = Activity.allCases.map { activity in share(device.seconds(activity), of: device.windowSeconds) }
      let waits = WaitCause.allCases.map { cause in share(device.waits?[cause.rawValue], of: device.windowSeconds) }
      let withheld = isWithheldKnown ? [share(device.withheldSeconds, of: device.windowSeconds)] : []
      let speed = isSpeedKnown ? [percent(device.processorSpeed)] : []
      table.append(["\(device.device)", time(device.windowSeconds)] + parts + waits + withheld + speed)
    }
    return ["time per device, measured steps"] + table.lines
  }

  private var communication: [String] {
    let all = report.communication
    var lines = [
      "communication per step   \(all.bytesPerStep.map(trafficText) ?? "n/a") measured, "
        + "\(trafficText(Double(all.expectedBytesPerStep))) by formula, "
        + "\(all.messagesPerStep.map(significant) ?? "n/a") messages"
    ]
    if let purposes = all.byPurpose?.filter({ $0.value > 0 }), !purposes.isEmpty {
      var table = TextTable(header: ["purpose, all measured steps", "sent"])
      for (purpose, bytes) in purposes.sorted(by: { $0.key < $1.key }) {
        table.append([purpose, trafficText(Double(bytes))])
      }
      lines += table.lines
    }
    lines += links
    if let matrix = all.matrixBytes, matrix.count > 1, matrix.count <= 16 {
      var table = TextTable(header: ["from \\ to, all measured steps"] + matrix.indices.map(String.init))
      for (from, row) in matrix.enumerated() {
        table.append(["\(from)"] + row.map { $0 == 0 ? "-" : trafficText(Double($0)) })
      }
      lines += table.lines
    }
    return lines
  }

  /// The busiest links: what they carried per step as counted and as expected, and how much of the time they were taken.
  private var links: [String] {
    guard let links = report.links, !links.isEmpty else { return [] }
    let window = report.perDevice.first?.windowSeconds
    var table = TextTable(header: ["link", "transferring", "per step", "expected", "messages", "expected"])
    for link in links.prefix(Self.linkRows) {
      table.append([
        link.name, share(link.busySeconds, of: window), link.bytesPerStep.map(trafficText) ?? "n/a",
        trafficText(Double(link.expectedBytesPerStep)), link.messagesPerStep.map(significant) ?? "n/a",
        "\(link.expectedMessagesPerStep)",
      ])
    }
    let rest = links.count - Self.linkRows
    var lines = ["links, the busiest first (share of the time by bytes and bandwidth)"] + table.lines
    if rest > 0 { lines.append("  and \(counted(rest, "other link"))") }
    let unlike = links.filter { $0.isAsExpected == false }.count
    if unlike > 0 {
      lines.append("  \(counted(unlike, "link")) carried more or less than the program says")
    } else if links.allSatisfy({ $0.isAsExpected == true }) {
      lines.append("  every link carried what the program says, counted = expected")
    }
    return lines
  }

  private static let linkRows = 8

  /// Two rows per device: what was in use at most, and what the formula says.
  private var memory: [String] {
    var table = TextTable(header: ["device", ""] + BufferKind.allCases.map(\.rawValue) + ["total"])
    for device in report.perDevice {
      for (label, peak) in [("measured", device.peakBytes), ("by formula", device.expectedPeakBytes ?? .unknown)] {
        let values = BufferKind.allCases.map { peak.bytes($0) } + [peak.total]
        table.append(["\(device.device)", label] + values.map { $0.map { memoryText(Double($0)) } ?? "n/a" })
      }
    }
    var title = "peak memory per device"
    if report.perDevice.contains(where: { $0.peakBytes.total != nil }) {
      let isEqual = report.perDevice.allSatisfy { $0.peakBytes == $0.expectedPeakBytes }
      title +=
        isEqual
        ? ", measured = formula to the byte"
        : ", measured, and by formula in the program's order (messages that come early add to it)"
    }
    return [title] + table.lines
  }

  private var assumptions: [String] {
    report.assumptions.isEmpty ? [] : ["assumptions"] + report.assumptions.map { "- \($0)" }
  }

  private func time(_ seconds: Double?) -> String {
    seconds.map { secondsText($0) } ?? "n/a"
  }

  private func loss(_ value: Double?) -> String { value.map(significant) ?? "n/a" }

  private func percent(_ share: Double?) -> String { share.map { "\(oneDecimal($0 * 100)) %" } ?? "n/a" }

  private func share(_ part: Double?, of whole: Double?) -> String {
    guard let part, let whole, whole > 0 else { return "n/a" }
    return percent(part / whole)
  }
}

/// `12.5`, always with one place.
private func oneDecimal(_ value: Double) -> String {
  guard value.isFinite, abs(value) < 1e15 else { return "n/a" }
  let tenths = Int64((value * 10).rounded())
  let sign = tenths < 0 ? "-" : ""
  return "\(sign)\(tenths.magnitude / 10).\(tenths.magnitude % 10)"
}
