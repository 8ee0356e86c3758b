/// How much of a program's time was found in which way.
struct BasisShares {
  private var nanoseconds = [Double](repeating: 0, count: CalibratedTimes.Basis.allCases.count)
  private var recorded = 0.0
  /// The last day of a recorded run that something was taken from.
  private var day: String?

  mutating func add(_ found: (nanoseconds: Double, basis: CalibratedTimes.Basis, run: String?)) {
    nanoseconds[found.basis.rawValue] += found.nanoseconds
    guard let run = found.run else { return }
    recorded += found.nanoseconds
    day = max(day ?? run, run)
  }

  /// For the assumptions of a result.
  var texts: [String] {
    let sum = nanoseconds.reduce(0, +)
    guard sum > 0 else { return [] }
    func percent(_ part: Double) -> String { "\((1000 * part / sum).rounded() / 10) %" }
    func share(_ basis: CalibratedTimes.Basis) -> String { percent(nanoseconds[basis.rawValue]) }
    let sources =
      "of the instructions' time \(share(.measured)) is measured at exactly these sizes, \(share(.interpolated)) "
      + "interpolated between measured ones, \(share(.fitted)) by a line per kind of work"
    guard let day else { return [sources] }
    return [sources, "\(percent(recorded)) of it is calibrated from a recorded run of the same sizes on \(day)"]
  }
}
