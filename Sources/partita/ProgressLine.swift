import Engine
import Foundation

/// One line on stderr that is drawn over and over while a run goes on; nothing where stderr is no terminal.
struct ProgressLine {
  let total: Int
  let batch: Int
  private let isShown = Console.hasProgress
  private var width = 0

  init(total: Int, batch: Int) {
    self.total = total
    self.batch = batch
  }

  mutating func show(_ step: StepResult) {
    guard isShown else { return }
    let done = step.step + 1
    let rate = step.seconds > 0 ? String(format: "%.0f samples/s", Double(batch) / step.seconds) : ""
    let right = " \(done)/\(total)  loss \(Self.text(ofLoss: step.loss))  " + rate
    let room = max(0, min(40, Console.errorColumns - right.count - 4))
    let filled = room * done / max(total, 1)
    let bar = "[" + String(repeating: "#", count: filled) + String(repeating: "-", count: room - filled) + "]"
    draw(String((bar + right).prefix(Console.errorColumns - 1)))
  }

  /// Four places; `n/a` for what is no finite number.
  static func text(ofLoss loss: Double) -> String { loss.isFinite ? String(format: "%.4f", loss) : "n/a" }

  /// Leaves an empty line for other output.
  mutating func clear() {
    guard isShown, width > 0 else { return }
    draw("")
    Console.progress("")
  }

  private mutating func draw(_ line: String) {
    Console.progress(line + String(repeating: " ", count: max(0, width - line.count)))
    width = line.count
  }
}
