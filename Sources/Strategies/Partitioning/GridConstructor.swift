import Diagnostics

extension PartitioningConstructor {
  /// Device `column · rows + row`.
  func partitioning(_ grid: Grid) throws(DiagnosticList) -> Partitioning {
    let rows = grid.rows ?? grid.columns.map { max(1, devices / $0) } ?? squarestDivisor(of: devices)
    let columns = grid.columns ?? max(1, devices / rows)
    guard rows * columns == devices else {
      throw refusal(
        "a grid of \(rows) rows and \(columns) columns needs \(rows * columns) devices, not \(devices)",
        hint: "rows times columns is the number of devices")
    }
    let groups = (0..<columns).map { column in (0..<rows).map { column * rows + $0 } }
    var result = try gridded(DeviceGroups(groups: groups), along: grid.split)
    result.exchange = grid.exchange
    result.shard = grid.shard
    result.buckets = grid.buckets
    return result
  }

  /// The largest divisor that is not above the square root.
  private func squarestDivisor(of count: Int) -> Int {
    (1...count).last { $0 * $0 <= count && count % $0 == 0 } ?? 1
  }
}
