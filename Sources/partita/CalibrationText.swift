import Foundation
import Simulator

/// Measured limits for people.
struct CalibrationText {
  let calibration: Calibration

  init(_ calibration: Calibration) { self.calibration = calibration }

  var text: String {
    var lines = ["\(calibration.machine), \(calibration.date)", ""]
    func line(_ name: String, _ value: String) {
      lines.append(name.padding(toLength: max(name.count + 1, 28), withPad: " ", startingAt: 0) + value)
    }
    func rate(_ name: String, _ scale: Double, _ unit: String) -> String {
      guard let cost = calibration.costs[name], cost.perUnit > 0 else { return "n/a" }
      return String(format: "%.1f %@", scale / cost.perUnit, unit)
    }
    line("matrix products, forward", rate("linear.forward", 1, "GFLOP/s"))
    line("convolutions, forward", rate("conv.forward", 1, "GFLOP/s"))
    line("copies", rate("copy", 4, "GB/s"))
    line("sums", rate("accumulate", 4, "GB/s"))
    line("waking up for a message", String(format: "%.1f us", calibration.wakeNanoseconds / 1000))
    for doubt in calibration.doubts { line("doubtful", doubt) }
    let threads = Dictionary(grouping: calibration.measurements, by: \.threads).sorted { $0.key < $1.key }
    for (threads, measurements) in threads {
      line("sizes measured, \(threads) at work", "\(measurements.count)")
    }
    lines += ["", "class of work                  fixed       per unit"]
    for (name, cost) in calibration.costs.sorted(by: { $0.key < $1.key }) {
      let title = name.padding(toLength: 27, withPad: " ", startingAt: 0)
      lines.append(title + String(format: "%9.0f ns  %10.4f ns", cost.fixed, cost.perUnit))
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
