import Foundation
import Strategies
import Traces

/// A number of seconds for people; `n/a` where it is unknown.
func timeText(_ seconds: Double?) -> String {
  seconds.map { secondsText($0) } ?? "n/a"
}

func percentText(_ share: Double?) -> String {
  guard let share, share.isFinite else { return "n/a" }
  return String(format: "%.1f %%", 100 * share)
}

func memoryText(_ bytes: Int?) -> String { bytes.map { memoryText(Double($0)) } ?? "n/a" }

/// `1 device`, `2 devices`.
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

/// A strategy text in one line, tables with ` / ` between their lines.
func oneLine(_ strategy: String) -> String {
  strategy.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }.joined(separator: " / ")
}
