import Foundation
import Traces

/// A search's result for people.
public struct SearchText: Sendable {
  private let report: SearchReport
  private static let mostReasons = 12

  public init(_ report: SearchReport) { self.report = report }

  /// Ranking, why the winner wins, families, what cannot be, and how to use the winner; with a final line break.
  public var text: String {
    let sections = [
      heading, ranking, why, winner, families, infeasible,
      ["assumptions"] + report.assumptions.map { "- \($0)" },
    ]
    return sections.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }.joined(separator: "\n\n") + "\n"
  }

  private var heading: [String] {
    let limit = report.memoryLimit.map { "at most \(memoryText($0)) per device" } ?? "no memory limit"
    let end = report.isComplete ? "" : " · ended early: the best so far"
    return [
      "\(report.scene) · \(counted(report.devices, "device")) · batch \(report.batch) · link \(report.link) · \(limit)",
      "\(counted(report.judged, "candidate")) judged of a budget of \(report.budget) · seed \(report.seed)\(end)",
    ]
  }

  private func name(_ ranked: SearchReport.Ranked) -> String {
    oneLine(ranked.strategy) + (ranked.microbatches.map { ", microbatches \($0)" } ?? "")
  }

  private var ranking: [String] {
    guard !report.ranking.isEmpty else { return ["no candidate can be used; the reasons are below"] }
    let isMeasured = report.ranking.contains { $0.measured != nil || $0.notMeasured != nil }
    let isUndisturbed = report.ranking.contains { $0.measured?.undisturbedStepSeconds != nil }
    var table = TextTable(
      header: ["strategy", "rank", "predicted step", "peak memory"] + (isMeasured ? ["measured step", "error"] : [])
        + (isUndisturbed ? ["undisturbed", "undisturbed error"] : []))
    for ranked in report.ranking {
      var cells = [
        name(ranked) + (ranked.equivalents > 0 ? " (and \(ranked.equivalents) more that come to the same)" : ""),
        "\(ranked.rank)", timeText(ranked.predictedStepSeconds), memoryText(ranked.phases?.peakBytes),
      ]
      if isMeasured {
        cells += [timeText(ranked.measured?.stepSeconds), signedPercentText(ranked.measured?.relativeError)]
      }
      if isUndisturbed {
        cells += [
          timeText(ranked.measured?.undisturbedStepSeconds),
          signedPercentText(ranked.measured?.undisturbedRelativeError),
        ]
      }
      table.append(cells)
    }
    var lines = ["ranking by predicted step"] + table.lines
    if let kept = report.orderKept {
      lines.append(
        kept ? "measured steps have the predicted order" : "measured steps have another order than predicted")
    }
    if report.ranking.contains(where: { $0.measured?.oversubscribed == true }) {
      lines.append(
        "oversubscribed: more devices than cores, so measured steps include the operating system's scheduling")
    }
    for reason in report.ranking.compactMap(\.notMeasured) { lines.append("not measured: \(reason)") }
    return lines
  }

  /// The winner's differences by phase.
  private var why: [String] {
    guard let winner = report.ranking.first, let best = winner.phases else { return [] }
    var lines = ["why \(name(winner)) wins: differences per step, means over the devices; - is less than the other"]
    var table = TextTable(
      header: [
        "against", "step", "compute", "exposed comm.", "wait", "overhead", "idle", "sent", "messages", "peak memory",
      ])
    func compare(_ title: String, _ other: SearchReport.Phases) {
      func time(_ part: KeyPath<SearchReport.Phases, Double>) -> String {
        let difference = best[keyPath: part] - other[keyPath: part]
        return difference == 0 ? "0" : (difference > 0 ? "+" : "-") + timeText(abs(difference))
      }
      func bytes(_ difference: Double, _ text: (Double) -> String) -> String {
        difference == 0 ? "0" : (difference > 0 ? "+" : "-") + text(abs(difference))
      }
      table.append([
        title, time(\.stepSeconds), time(\.computeSeconds), time(\.exposedCommunicationSeconds), time(\.waitSeconds),
        time(\.overheadSeconds), time(\.idleSeconds), bytes(best.bytesPerStep - other.bytesPerStep, trafficText),
        String(format: "%+.0f", best.messagesPerStep - other.messagesPerStep),
        bytes(Double(best.peakBytes - other.peakBytes), memoryText),
      ])
    }
    if report.ranking.count > 1, let other = report.ranking[1].phases {
      compare("runner-up: \(name(report.ranking[1]))", other)
    }
    if let plain = report.dataParallel, let other = plain.phases {
      compare("data parallelism: \(name(plain))", other)
    }
    lines += table.lines
    if report.dataParallel == nil, report.devices > 1 {
      lines.append("plain data parallelism cannot be used here, or was not reached")
    }
    return lines
  }

  private var winner: [String] {
    guard let winner = report.ranking.first else { return [] }
    let count = winner.microbatches.map { " --microbatches \($0)" } ?? ""
    guard winner.strategy.contains("\n") else { return ["to use it: --strategy '\(winner.strategy)'\(count)"] }
    return ["to use it: --strategy 'the lines below'\(count)"]
      + winner.strategy.split(separator: "\n").map { "  \($0)" }
  }

  private var families: [String] {
    var table = TextTable(header: ["family", "points", "judged", "how", "best predicted step"])
    for family in report.families {
      table.append([
        family.name, family.count.map(String.init) ?? "> 2^63", "\(family.judged)", family.method.rawValue,
        timeText(family.bestStepSeconds),
      ])
    }
    return ["what was looked at (points include some that stand for the same)"] + table.lines
  }

  private var infeasible: [String] {
    guard !report.infeasible.isEmpty else { return [] }
    return ["what cannot be used"]
      + report.infeasible.prefix(Self.mostReasons).map {
        "- \($0.count) × \($0.reason); for instance \($0.example)"
      }
      + (report.infeasible.count > Self.mostReasons
        ? ["- and \(report.infeasible.count - Self.mostReasons) more reasons (--json has all)"] : [])
  }
}
