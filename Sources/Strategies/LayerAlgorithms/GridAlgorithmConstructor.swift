import Diagnostics
import Networks

extension PartitioningConstructor {
  /// Cannon on the square that the devices form.
  func partitioning(_ cannon: CannonParallel) throws(DiagnosticList) -> Partitioning {
    let q = Int(Double(devices).squareRoot())
    guard q * q == devices else {
      throw refusal(
        "cannon needs a square number of devices, not \(devices)",
        hint: "\(q * q) or \((q + 1) * (q + 1)) devices, or summa, which takes any grid")
    }
    return try algorithmGrid(.cannon, rows: q, columns: q)
  }

  /// SUMMA on the grid that is asked for, or on the one closest to a square.
  func partitioning(_ summa: SummaParallel) throws(DiagnosticList) -> Partitioning {
    let squarest = squarestRows
    let rows = summa.rows ?? summa.columns.map { max(1, devices / $0) } ?? squarest
    let columns = summa.columns ?? max(1, devices / rows)
    guard rows.multipliedReportingOverflow(by: columns) == (devices, false) else {
      throw refusal(
        "a grid of \(rows)×\(columns) is not one of \(devices) devices",
        hint: "for example rows=\(squarest), columns=\(devices / squarest)")
    }
    return try algorithmGrid(.summa, rows: rows, columns: columns)
  }

  /// Rows of the grid of all devices that is closest to a square, among those with a sample for every column.
  private var squarestRows: Int {
    let divisors = (1...devices).filter { devices % $0 == 0 }
    let fitting = divisors.filter { devices / $0 <= samples(inEachOf: microbatches ?? 1) }
    return (fitting.isEmpty ? divisors : fitting).min { abs($0 - devices / $0) < abs($1 - devices / $1) }!
  }

  /// Linear layers by the algorithm, all others cut into the same blocks of outputs and samples. Every device of a grid
  /// column computes the loss of the column's samples from the gathered outputs: cheaper than sending its gradient.
  private func algorithmGrid(_ algorithm: LayerAlgorithm, rows: Int, columns: Int) throws(DiagnosticList)
    -> Partitioning
  {
    let smallest = samples(inEachOf: microbatches ?? 1)
    guard smallest >= columns else {
      throw refusal(
        "\(algorithm.rawValue) cuts the samples into \(columns) parts, but there are \(smallest)",
        hint: "a larger batch or fewer microbatches")
    }
    let all = Array(0..<devices)
    let blocks = Split.grid(algorithm, rows: rows, columns: columns, devices: all)
    var result = uniform(blocks.withoutAlgorithm)
    result.lossSplit = Split(n: columns, devices: all)
    for node in graph.nodes {
      let units = node.outputShape.channels / node.channelUnit
      if case .linear = node.kind, units >= rows, node.inputShapes[0].channels >= max(rows, columns) {
        result.splits[node.index] = blocks
      } else if units < rows {
        let parts = min(devices, smallest)
        result.splits[node.index] = Split(n: parts, devices: Array(0..<parts))
        result.assumptions.append(
          "'\(node.name)' has \(units) outputs for \(rows) rows of devices; its samples are cut instead")
      } else if case .linear = node.kind {
        result.assumptions.append(
          "'\(node.name)' has too few inputs for \(algorithm.rawValue) on \(rows)×\(columns) devices; its outputs and samples are cut"
        )
      }
    }
    try SplitRules(graph: graph, batch: batch, microbatches: microbatches ?? 1, devices: devices).check(
      result.splits, loss: result.lossSplit)
    return result
  }
}
