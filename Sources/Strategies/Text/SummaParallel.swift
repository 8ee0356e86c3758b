/// Linear layers by SUMMA on a rectangle of devices.
public struct SummaParallel: StrategyConfiguration {
  /// Devices over which outputs are cut; nil chooses a grid close to a square.
  public var rows: Int?
  /// Devices over which samples are cut; nil is what the rows leave.
  public var columns: Int?

  public init(rows: Int? = nil, columns: Int? = nil) {
    self.rows = rows
    self.columns = columns
  }

  public static let kind = StrategyKind(
    name: "summa",
    about: "linear layers on r×s devices: panels of weights are broadcast along rows, of activations along columns",
    options: [
      .init(name: "rows", values: .count(automatic: "close to a square"), about: "over how many outputs are cut"),
      .init(name: "columns", values: .count(automatic: "what the rows leave"), about: "over how many samples are cut"),
    ])

  public init(_ values: StrategyOptions) {
    self.init(rows: values.count("rows"), columns: values.count("columns"))
  }

  public var strategy: Strategy { .summa(self) }
  public var options: [String?] { [rows.map(String.init), columns.map(String.init)] }
}
