import Diagnostics
import Traces

/// The table of a sweep, as `sweep --json` prints it (`partita.sweep/1`).
public struct SweepReport: Codable, Hashable, Sendable {
  public static let schema = "partita.sweep/1"

  /// Amdahl's law for one strategy over its device counts.
  public struct Series: Codable, Hashable, Sendable {
    public var strategy: String
    public var batch: Int
    /// Null where the strategy decides.
    @Nullable public var microbatches: Int? = nil
    public var link: String
    /// Null where no run had several devices and a reference.
    @Nullable public var serialShare: Double? = nil

    enum CodingKeys: String, CodingKey {
      case strategy, batch, microbatches, link
      case serialShare = "serial_share"
    }
  }

  public var schema = SweepReport.schema
  public var scene: String
  /// Processor cores of the machine.
  @Nullable public var cores: Int? = nil
  public var seed: UInt64
  /// The scene's own batch: rows with another one are labelled.
  public var sceneBatch: Int
  public var rows: [SweepRow]
  public var series: [Series]
  /// Null where nothing measured has a prediction, or there is nothing to compare.
  @Nullable public var rankAgreement: RankAgreement? = nil
  /// False where the sweep was interrupted.
  public var isComplete: Bool
  public var assumptions: [String]

  enum CodingKeys: String, CodingKey {
    case schema, scene, cores, seed, rows, series, assumptions
    case sceneBatch = "scene_batch"
    case rankAgreement = "rank_agreement"
    case isComplete = "complete"
  }

  /// Compares the rows: every one with serial training on one device with its batch and clock.
  public init(
    scene: String, cores: Int?, seed: UInt64, sceneBatch: Int, rows: [SweepRow], isComplete: Bool = true,
    assumptions: [String] = []
  ) {
    self.scene = scene
    self.seed = seed
    self.sceneBatch = sceneBatch
    self.isComplete = isComplete
    self.assumptions = assumptions
    var compared = rows
    for place in compared.indices {
      let row = compared[place]
      compared[place].speedup = nil
      compared[place].efficiency = nil
      if row.batch != sceneBatch { compared[place].notes.append("batch differs from the scene's \(sceneBatch)") }
      let serial = Self.reference(of: row, in: rows)?.stepSeconds?.median
      guard let median = row.stepSeconds?.median, median > 0 else { continue }
      guard let serial else {
        if row.refused == nil { compared[place].notes.append("no serial reference") }
        continue
      }
      compared[place].speedup = serial / median
      compared[place].efficiency = serial / median / Double(row.devices)
    }
    self.rows = compared
    series = Self.groups(compared).map { group in
      var series = Series(strategy: group[0].strategy, batch: group[0].batch, link: group[0].link)
      series.microbatches = group[0].microbatchesAsked
      series.serialShare = AmdahlFit(Self.points(group))?.serialShare
      return series
    }
    self.cores = cores
    rankAgreement = RankAgreement(compared)
  }

  /// Serial training of a row's batch on one device; nil where it could not be.
  static func reference(of row: SweepRow, in rows: [SweepRow]) -> SweepRow? {
    rows.first { $0.isSerial && $0.batch == row.batch && $0.clock == row.clock && $0.stepSeconds?.median != nil }
  }

  /// Runs of one series, by devices; series in the order of their first row.
  static func groups(_ rows: [SweepRow]) -> [[SweepRow]] {
    var order: [String] = []
    var groups: [String: [SweepRow]] = [:]
    for row in rows where row.stepSeconds?.median != nil && !row.isReference {
      if groups[row.series] == nil { order.append(row.series) }
      groups[row.series, default: []].append(row)
    }
    return order.compactMap { groups[$0]?.sorted { $0.devices < $1.devices } }
  }

  static func points(_ group: [SweepRow]) -> [(devices: Int, speedup: Double)] {
    group.compactMap { row in row.speedup.map { (row.devices, $0) } }
  }

  /// One JSON document with a final line break.
  public func json() throws -> String { try JSONText.document(self) }
}
