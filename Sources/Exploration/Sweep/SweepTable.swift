import Diagnostics
import Foundation
import Traces

/// A sweep for people and for spreadsheets.
public struct SweepTable: Sendable {
  private let report: SweepReport

  public init(_ report: SweepReport) { self.report = report }

  /// Table, picture and assumptions, with a final line break.
  public var text: String {
    let picture = SpeedupPicture(report).lines
    let refusals = report.rows.filter { $0.refused != nil }
    let sections = [
      ["\(report.scene) · seed \(report.seed) · \(report.cores.map { counted($0, "core") } ?? "cores n/a")"],
      table, agreement, refusals.isEmpty ? [] : ["not run"] + refusals.map(refusal), picture,
      report.assumptions.isEmpty ? [] : ["assumptions"] + report.assumptions.map { "- \($0)" },
    ]
    return sections.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }.joined(separator: "\n\n") + "\n"
  }

  private var agreement: [String] {
    guard let agreement = report.rankAgreement else { return [] }
    let all =
      agreement.pairs == agreement.kept ? "every pair" : "\(agreement.kept) of \(counted(agreement.pairs, "pair"))"
    return [
      "order of strategies: \(all) of runs with the same devices and batch is as predicted "
        + "(Kendall's tau \(String(format: "%.2f", agreement.tau)))"
    ] + agreement.swapped.map { "- measured \($0); predicted the other way round" }
  }

  private func refusal(_ row: SweepRow) -> String {
    "- \(oneLine(row.strategy)) on \(counted(row.devices, "device")), batch \(row.batch): \(row.refused ?? "n/a")"
  }

  private var table: [String] {
    let hasLinks = Set(report.rows.map(\.link)).count > 1
    let hasMicrobatches = Set(report.rows.map(\.microbatches)).count > 1
    let hasPredictions = report.rows.contains { $0.predicted != nil }
    let hasUndisturbed = report.rows.contains { $0.undisturbed?.stepSeconds != nil }
    var header = ["strategy", "devices", "batch"]
    if hasMicrobatches { header.append("microbatches") }
    if hasLinks { header.append("link") }
    header += ["clock", "samples/s", "step", "speed-up", "efficiency", "sent/step", "peak memory"]
    if hasUndisturbed { header.append("undisturbed") }
    if hasPredictions { header += ["predicted", "error"] }
    if hasPredictions, hasUndisturbed { header.append("undisturbed error") }
    var table = TextTable(header: header + ["notes"])
    for row in report.rows {
      var cells = [oneLine(row.strategy) + (row.isReference ? " (reference)" : ""), "\(row.devices)", "\(row.batch)"]
      if hasMicrobatches { cells.append(row.microbatches.map(String.init) ?? "n/a") }
      if hasLinks { cells.append(row.link) }
      cells += [
        row.clock?.rawValue ?? "n/a", row.samplesPerSecond.map { String(format: "%.0f", $0) } ?? "n/a",
        timeText(row.stepSeconds?.median), row.speedup.map { String(format: "%.2f", $0) } ?? "n/a",
        percentText(row.efficiency), row.bytesPerStep.map { trafficText($0) } ?? "n/a", memoryText(row.peakBytes),
      ]
      if hasUndisturbed { cells.append(timeText(row.undisturbed?.stepSeconds)) }
      if hasPredictions {
        cells += [timeText(row.predicted?.stepSeconds), signedPercentText(row.predicted?.relativeError)]
      }
      if hasPredictions, hasUndisturbed { cells.append(signedPercentText(row.predicted?.undisturbedRelativeError)) }
      table.append(cells + [row.refused == nil ? row.notes.joined(separator: ", ") : "not run, see below"])
    }
    return table.lines
  }

  /// One line per row with the names of the JSON document; unknown numbers are empty.
  public var csv: String {
    let header = [
      "strategy", "devices", "batch", "microbatches", "seed", "link", "clock", "is_reference", "oversubscribed",
      "steps",
      "warmup_steps", "samples_per_second", "step_seconds_median", "step_seconds_p10", "step_seconds_p90", "speedup",
      "efficiency", "bytes_per_step", "expected_bytes_per_step", "peak_bytes", "predicted_step_seconds",
      "predicted_relative_error", "undisturbed_steps", "undisturbed_step_seconds", "undisturbed_relative_error",
      "refused", "notes",
    ]
    func text(_ value: (some CustomStringConvertible)?) -> String { value.map { "\($0)" } ?? "" }
    let lines = report.rows.map { row in
      [
        oneLine(row.strategy), text(row.devices), text(row.batch), text(row.microbatches), text(row.seed), row.link,
        text(row.clock?.rawValue), text(row.isReference), text(row.oversubscribed), text(row.steps),
        text(row.warmupSteps), text(row.samplesPerSecond), text(row.stepSeconds?.median), text(row.stepSeconds?.p10),
        text(row.stepSeconds?.p90), text(row.speedup), text(row.efficiency), text(row.bytesPerStep),
        text(row.expectedBytesPerStep), text(row.peakBytes), text(row.predicted?.stepSeconds),
        text(row.predicted?.relativeError), text(row.undisturbed?.steps), text(row.undisturbed?.stepSeconds),
        text(row.predicted?.undisturbedRelativeError), text(row.refused), row.notes.joined(separator: "; "),
      ]
    }
    return ([header] + lines).map(CSVText.row).joined()
  }
}
