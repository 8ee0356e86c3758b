import Screens

/// Draws the loss by step and the accuracies by epoch, with the newest values above.
///
/// - Parameters:
///   - focused: whether keys go to this panel.
///   - expanded: whether the panel has the screen for itself.
public func drawLearning(
  _ measurements: Measurements, _ view: LearningView, into surface: inout Surface, in rect: Rect,
  focused: Bool = true, expanded: Bool = false
) {
  guard !rect.isEmpty else { return }
  surface.withClip(rect) { surface in
    let learning = measurements.learning
    guard !learning.losses.isEmpty || !learning.evaluations.isEmpty else {
      let text =
        switch measurements.state {
        case .notStarted: "Nothing ran yet. A run shows here the loss of each step and the accuracy of each epoch."
        case .running: "No step is done yet."
        case .ended: "No step was done."
        }
      Paragraph(text, role: .dim).draw(into: &surface, in: rect)
      return
    }
    let picture = LearningPicture(learning: learning, view: view)
    let latest = Paragraph([picture.latest])
    let room = min(latest.height(width: rect.width), max(1, rect.height / 4))
    let parts = rect.rows([.fixed(room), .share()])
    latest.draw(into: &surface, in: parts[0])
    let wins = picture.wins
    let winRows = wins.map { $0.rowLabels.count + 2 } ?? 0
    let below = parts[1].rows([.share(), .fixed(parts[1].height >= winRows + 10 ? winRows : 0)])
    if let wins, !below[1].isEmpty { wins.draw(into: &surface, in: below[1].dropping(rows: 1)) }
    let charts = below[0]
    if learning.evaluations.isEmpty || (charts.width < 60 && charts.height < 12) {
      picture.lossChart(columns: charts.width).draw(into: &surface, in: charts)
    } else {
      let places =
        charts.width >= 60 && !(expanded && charts.height >= 24)
        ? charts.columns([.share(3), .share(2)], gap: 2) : charts.rows([.share(3), .share(2)], gap: 1)
      picture.lossChart(columns: places[0].width).draw(into: &surface, in: places[0])
      picture.accuracyChart.draw(into: &surface, in: places[1])
    }
  }
}

/// The parts of the learning panel.
struct LearningPicture {
  var learning: LearningHistory
  var view: LearningView

  var latest: Line {
    var line = Line("step \(learning.losses.count)")
    if let planned = learning.plannedSteps { line = line + Line(" of \(planned)", role: .dim) }
    func add(_ name: String, _ value: String) { line = line + Line("  \(name)\u{a0}", role: .dim) + Line(value) }
    if let epoch = learning.epoch { add("epoch", "\(epoch)") }
    add("loss", Format.number(learning.latestLoss))
    add("rate", Format.number(learning.rate))
    let last = learning.evaluations.last
    add("train", Format.percent(last?.train))
    add("test", Format.percent(last?.test))
    if let oracle = last?.testOracle { add("any head", Format.percent(oracle)) }
    return line
  }

  /// For how many test samples of each class each head of a tree is the best; nil without heads.
  var wins: HeatMap? {
    guard let heads = learning.evaluations.last?.heads, let classes = heads.wins.first?.count else { return nil }
    return HeatMap(
      rows: heads.wins.indices.map { "head \($0 + 1)" }, columns: (0..<classes).map { "class \($0)" },
      values: heads.wins.map { $0.map { HeatMap.Value(Double($0), $0 == 0 ? "" : "\($0)") } }, corner: "best head",
      focused: false)
  }

  func lossChart(columns: Int) -> LineChart {
    var series = [
      LineChart.Series("loss", role: .curve1, points: Self.thinned(learning.losses, columns: columns))
    ]
    if view.isSmoothed {
      series.append(
        LineChart.Series(
          "moving average", role: .curve2, points: Self.thinned(learning.smoothedLosses(), columns: columns)))
    }
    return LineChart(
      series, logarithmic: view.isLogarithmic, xName: learning.epochStarts.isEmpty ? "step" : "step, | epoch",
      legend: true, xMarks: learning.epochStarts.map(Double.init))
  }

  var accuracyChart: LineChart {
    func points(_ value: (LearningHistory.Evaluation) -> Double?) -> [LineChart.SeriesPoint] {
      learning.evaluations.map { LineChart.SeriesPoint(Double($0.steps), value($0).map { 100 * $0 }) }
    }
    var series = [
      LineChart.Series("train %", role: .curve3, points: points(\.train)),
      LineChart.Series("test %", role: .curve4, points: points(\.test)),
    ]
    if learning.evaluations.contains(where: { $0.testOracle != nil }) {
      series.append(LineChart.Series("any head %", role: .curve1, points: points(\.testOracle)))
    }
    return LineChart(series, xName: "step")
  }

  /// At most four points per column: of a longer stretch the first, least, greatest and last value, so that no peak is lost.
  static func thinned(_ values: [Double?], columns: Int) -> [LineChart.SeriesPoint] {
    let buckets = max(1, columns)
    guard values.count > 8 * buckets else {
      return values.enumerated().map { LineChart.SeriesPoint(Double($0.offset), $0.element) }
    }
    return (0..<buckets).flatMap { bucket -> [LineChart.SeriesPoint] in
      let range = bucket * values.count / buckets..<(bucket + 1) * values.count / buckets
      let known = range.filter { values[$0] != nil }
      guard let least = known.min(by: { values[$0] ?? 0 < values[$1] ?? 0 }),
        let greatest = known.max(by: { values[$0] ?? 0 < values[$1] ?? 0 }), let first = known.first,
        let last = known.last
      else { return [LineChart.SeriesPoint(Double(range.lowerBound), nil)] }
      return Set([first, least, greatest, last]).sorted().map { LineChart.SeriesPoint(Double($0), values[$0]) }
    }
  }
}
