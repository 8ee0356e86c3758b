extension Calibration {
  /// Fits the model to recorded runs: of each class of work the line `fixed + units × per unit` with the least sum of squared
  /// *relative* errors over the medians of all its instructions, neither number below zero.
  ///
  /// - Parameter measurements: times of exact sizes, kept beside the lines.
  /// - Returns: nil where nothing was recorded.
  public init?(
    fitting runs: [RecordedTimes], machine: String, date: String, measurements: [Measurement] = []
  ) {
    let fastest = runs.compactMap(\.shortestGauge).min().map(Double.init)
    let samples = Dictionary(grouping: runs.flatMap { $0.samples(fastestGauge: fastest) }, by: \.work.name)
    guard !samples.isEmpty else { return nil }
    let wakes = runs.compactMap(\.medianWake).sorted()
    let costs = samples.mapValues { samples in
      Cost(fitting: samples.map { (units: $0.work.units, nanoseconds: $0.nanoseconds) })
    }
    // Whoever uses the processors meanwhile makes waking up later and never earlier: a quarter of the runs has less of it. An
    // awaited message's receive takes what every receive takes, after the waking.
    let wake = wakes.isEmpty ? 0 : Double(wakes[wakes.count / 4]) - (costs["receive"]?.fixed ?? 0)
    self.init(
      machine: machine, date: date, costs: costs, wakeNanoseconds: max(0, wake), gaugeNanoseconds: fastest,
      measurements: measurements)
  }
}

extension Calibration.Cost {
  /// The line of least squared relative errors through measurements; a measurement of nothing counts as one nanosecond.
  init(fitting samples: [(units: Double, nanoseconds: Double)]) {
    // Minimise Σ ((a + b u) / t - 1)²: with x = 1/t and y = u/t the normal equations of a x + b y = 1.
    var (xx, xy, yy, x, y) = (0.0, 0.0, 0.0, 0.0, 0.0)
    for sample in samples {
      let one = 1 / max(sample.nanoseconds, 1)
      let unit = sample.units * one
      xx += one * one
      xy += one * unit
      yy += unit * unit
      x += one
      y += unit
    }
    let determinant = xx * yy - xy * xy
    // Equal units everywhere determine only one of the two: the time is given to the units.
    if determinant > 1e-9 * xx * yy {
      let fixed = (x * yy - y * xy) / determinant
      let perUnit = (y * xx - x * xy) / determinant
      if fixed >= 0, perUnit >= 0 {
        self.init(fixed: fixed, perUnit: perUnit)
        return
      }
      if perUnit < 0 {
        self.init(fixed: x / xx, perUnit: 0)
        return
      }
    }
    self.init(fixed: yy > 0 ? 0 : x / xx, perUnit: yy > 0 ? y / yy : 0)
  }
}
