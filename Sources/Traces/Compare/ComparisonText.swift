/// A comparison for people: what both runs are, how they are unlike, a table, and a verdict.
public struct ComparisonText: Sendable {
  private let comparison: RunComparison

  public init(_ comparison: RunComparison) { self.comparison = comparison }

  /// Sections separated by empty lines, with a final line break.
  public var text: String {
    let sections = [runs, unlike, table, [comparison.verdict]].filter { !$0.isEmpty }
    return sections.map { $0.joined(separator: "\n") }.joined(separator: "\n\n") + "\n"
  }

  private var runs: [String] {
    [("A", comparison.a), ("B", comparison.b)].map { letter, run in
      "\(letter)  \(run.name): \(run.scene) · \(run.strategy.split(separator: "\n").joined(separator: " / ")) · "
        + "\(counted(run.devices, "device")) · \(run.clock.rawValue) clock"
    }
  }

  /// How the runs are unlike, one line each; what forbids a comparison first.
  public var unlike: [String] {
    let differences = comparison.unlike.filter(\.isForbidding) + comparison.unlike.filter { !$0.isForbidding }
    return differences.map { "unlike: \($0.what) is \($0.a) in A, \($0.b) in B" }
  }

  private var table: [String] {
    var table = TextTable(header: ["", "A", "B", "B - A", "change"])
    for row in comparison.rows {
      let change = row.relative.map { ($0 > 0 ? "+" : "") + percentText($0) } ?? "n/a"
      let difference = row.difference.map { ($0 > 0 ? "+" : $0 < 0 ? "-" : "") + text(abs($0), row.unit) } ?? "n/a"
      table.append([row.name, text(row.a, row.unit), text(row.b, row.unit), difference, change])
    }
    return table.lines + ["times of the parts: means over devices and measured steps; they add up to the mean step"]
  }

  private func text(_ value: Double?, _ unit: RunComparison.Row.Unit) -> String {
    guard let value else { return "n/a" }
    return switch unit {
    case .seconds: timeText(value)
    case .samplesPerSecond, .count: significant(value)
    case .traffic: trafficText(value)
    case .memory: memoryText(value)
    case .share: percentText(value)
    }
  }
}
