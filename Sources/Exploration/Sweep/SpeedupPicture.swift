import Foundation

/// Speed-up and efficiency over device counts as bars, with the ideal and the fit of Amdahl's law beside them.
struct SpeedupPicture {
  private let report: SweepReport
  private let width: Int

  /// - Parameter width: columns of the longest bar.
  init(_ report: SweepReport, width: Int = 40) {
    self.report = report
    self.width = width
  }

  /// Empty where nothing has a reference and several devices.
  var lines: [String] {
    let groups = SweepReport.groups(report.rows).filter { group in
      group.contains { $0.speedup != nil } && group.contains { $0.devices > 1 }
    }
    guard !groups.isEmpty else { return [] }
    let speedups = groups.joined().compactMap(\.speedup)
    let most = max(Double(groups.joined().map(\.devices).max() ?? 1), speedups.max() ?? 1)
    return ["speed-up over devices: = measured or simulated, | ideal (as many as devices), + fit of Amdahl's law"]
      + groups.flatMap { picture($0, most: most) }
  }

  private func picture(_ group: [SweepRow], most: Double) -> [String] {
    let fit = AmdahlFit(SweepReport.points(group))
    var share = fit.map { "serial share \(percentText($0.serialShare))" } ?? "no fit"
    if let fit, fit.serialShare < 0 { share += ", more than ideal" }
    if let fit, fit.serialShare > 1 { share += ", slower than one device" }
    // Every series begins with what it is compared with.
    let reference = SweepReport.reference(of: group[0], in: report.rows)
    let rows = (group.contains { $0.isSerial } ? [] : [reference].compactMap { $0 }) + group
    return ["", "\(group[0].series): \(share)"]
      + rows.map { row in
        let name = row.isSerial && !group[0].isSerial ? "serial" : "\(row.devices)"
        let devices = String(repeating: " ", count: max(0, 6 - name.count)) + name
        let numbers = String(
          format: "%6.2f  efficiency %@", row.speedup ?? 0, percentText(row.efficiency))
        return row.speedup == nil
          ? "\(devices)  n/a" : "\(devices) \(bar(row, fit, most: most)) \(numbers)"
      }
  }

  private func bar(_ row: SweepRow, _ fit: AmdahlFit?, most: Double) -> String {
    func column(_ speedup: Double) -> Int { min(width, max(0, Int((speedup / most * Double(width)).rounded()))) }
    var cells = [Character](repeating: " ", count: width + 1)
    for place in 0..<column(row.speedup ?? 0) { cells[place] = "=" }
    if let fit { cells[column(fit.speedup(devices: row.devices))] = "+" }
    cells[column(Double(row.devices))] = "|"
    return String(cells)
  }
}
