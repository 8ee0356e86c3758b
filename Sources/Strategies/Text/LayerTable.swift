import Diagnostics
import Machines
import Networks

/// A strategy with one line per layer: dimension degrees, then the devices that take the parts.
///
///     conv1   n=2 h=2 | 0 1 2 3
///     linear1 c=4     | 0 1 2 3
///
/// A linear layer's line may name a ``LayerAlgorithm`` with the size of its grid instead of degrees; devices then stand row
/// by row:
///
///     linear2 cannon=2 | 0 1 2 3
///     linear3 summa=2x3 | 0 1 2 3 4 5
///     linear4 fan=4 | 0 1 2 3
///
/// A line `statistics synchronised` or `statistics ghost 16` in front says which samples share batch normalisation's
/// statistics, a line `exchange tree` how gradients are added up (without it around a ring). A line `stage` begins the next pipeline stage. Layers without a line follow the layer that they read.
///
/// Behind the layers may stand a schedule written by hand, a line for each device (``ScheduleRow``):
///
///     schedule 0 | 0F0 0F1 0B0 0B1
///     schedule 1 | 1F0 1B0 1F1 1B1
///
/// Updates that are left out come at the end; exchanges of gradients are put in where they are needed.
public struct LayerTable: Hashable, Sendable, CustomStringConvertible {
  /// One layer's line.
  public struct Row: Hashable, Sendable {
    /// A layer's name, or `loss`.
    public var layer: String
    public var split: Split
    /// 0-based.
    public var stage: Int
  }

  public var rows: [Row]
  /// Which samples share batch normalisation's statistics.
  public var statistics: BatchStatistics
  /// How devices that hold the same parameters add up their gradients.
  public var exchange: ExchangeAlgorithm
  /// The order of actions on every device; empty leaves it to the compiler.
  public var schedule: [ScheduleRow]

  public init(
    rows: [Row], statistics: BatchStatistics = .local, exchange: ExchangeAlgorithm = .ring, schedule: [ScheduleRow] = []
  ) {
    self.rows = rows
    self.statistics = statistics
    self.exchange = exchange
    self.schedule = schedule
  }

  /// Reads what ``description`` prints.
  ///
  /// - Throws: every wrong line, with line and column; of a schedule that cannot run, the actions at which it cannot.
  public init(parsing text: String) throws(DiagnosticList) {
    var rows: [Row] = []
    var problems: [Diagnostic] = []
    var stage = 0
    var statistics = BatchStatistics.local
    var exchange = ExchangeAlgorithm.ring
    var schedule: [ScheduleLine] = []
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      if line.allSatisfy(\.isWhitespace) { continue }
      if line.split(separator: " ").first == "stage" {
        if !rows.isEmpty { stage += 1 }
        continue
      }
      if ScheduleLine.begins(line) {
        do throws(DiagnosticList) {
          schedule.append(try ScheduleLine(parsing: line, number: number + 1))
        } catch {
          problems += error.all
        }
        continue
      }
      do throws(LineProblem) {
        if line.split(separator: " ").first == "statistics", !line.contains("|") {
          statistics = try Self.statistics(line)
          continue
        }
        if line.split(separator: " ").first == "exchange", !line.contains("|") {
          exchange = try Self.exchange(line)
          continue
        }
        let row = try Self.row(line, stage: stage)
        if rows.contains(where: { $0.layer == row.layer }) {
          throw LineProblem(message: "layer '\(row.layer)' has two lines", column: 1)
        }
        rows.append(row)
      } catch {
        problems.append(
          Diagnostic(
            error.message, path: "strategy", location: SourceLocation(line: number + 1, column: error.column),
            hint: "a line is: layer, degrees such as n=2 k=4, '|', devices such as 0 1 2 3"))
      }
    }
    if problems.isEmpty, !schedule.isEmpty { problems = Self.check(schedule, of: rows) }
    if !problems.isEmpty { throw DiagnosticList(problems) }
    self.init(rows: rows, statistics: statistics, exchange: exchange, schedule: schedule.map(\.row))
  }

  /// What is wrong with a schedule as far as the table says: its own microbatches, and the devices that stages name.
  private static func check(_ schedule: [ScheduleLine], of rows: [Row]) -> [Diagnostic] {
    if let problem = schedule.missingMicrobatches() { return [problem] }
    let microbatches = microbatches(of: schedule.map(\.row))
    let stages = (rows.map(\.stage).max() ?? 0) + 1
    let takers = (0..<stages).map { stage in
      (0..<microbatches).map { microbatch in
        Set(rows.filter { $0.stage == stage }.flatMap { $0.split.turn(of: microbatch).devices })
      }
    }
    return ScheduleCheck(lines: schedule, stages: stages, microbatches: microbatches, takers: takers).problems()
  }

  /// How many microbatches a schedule has: one more than the last.
  static func microbatches(of schedule: [ScheduleRow]) -> Int {
    (schedule.flatMap(\.actions).compactMap(\.microbatch).max() ?? 0) + 1
  }

  public var description: String {
    let width = rows.map(\.layer.count).max() ?? 0
    var lines: [String] = []
    if statistics != .local {
      lines.append(
        (["statistics", statistics.kind.rawValue] + [statistics.ghostSize.map(String.init)].compactMap { $0 }).joined(
          separator: " "))
    }
    if exchange != .ring { lines.append("exchange \(exchange.rawValue)") }
    let hasStages = rows.contains { $0.stage > 0 }
    for (position, row) in rows.enumerated() {
      if hasStages, position == 0 || row.stage > rows[position - 1].stage { lines.append("stage") }
      lines.append(row.layer + String(repeating: " ", count: width - row.layer.count) + " " + row.split.description)
    }
    lines += schedule.map(\.description)
    return lines.joined(separator: "\n")
  }

  private struct LineProblem: Error {
    var message: String
    var column: Int
  }

  /// A line such as `statistics ghost 16`.
  private static func statistics(_ line: Substring) throws(LineProblem) -> BatchStatistics {
    let words = line.split(separator: " ")
    let column = words.count > 1 ? line.distance(from: line.startIndex, to: words[1].startIndex) + 1 : line.count + 1
    guard words.count > 1, let kind = BatchStatistics.Kind(rawValue: String(words[1])) else {
      throw LineProblem(message: "statistics are local, synchronised or ghost with a size", column: column)
    }
    switch (kind, words.count) {
    case (.ghost, 3):
      if let size = SizeLimit.batch.read(words[2]) { return .ghost(size) }
      throw LineProblem(
        message: "a ghost group has \(SizeLimit.batch) of samples, not '\(words[2])'",
        column: line.distance(from: line.startIndex, to: words[2].startIndex) + 1)
    case (.ghost, 2), (.local, 2), (.synchronised, 2): return BatchStatistics(kind: kind, ghostSize: nil)
    default: throw LineProblem(message: "there is too much after 'statistics \(kind.rawValue)'", column: column)
    }
  }

  /// A line such as `exchange tree`.
  private static func exchange(_ line: Substring) throws(LineProblem) -> ExchangeAlgorithm {
    let words = line.split(separator: " ")
    if words.count == 2, let exchange = ExchangeAlgorithm(rawValue: String(words[1])) { return exchange }
    let wrong = words.count > 1 ? words[words.count > 2 ? 2 : 1].startIndex : line.endIndex
    throw LineProblem(
      message: "an exchange is one of \(ExchangeAlgorithm.allCases.map(\.rawValue).joined(separator: ", "))",
      column: line.distance(from: line.startIndex, to: wrong) + 1)
  }

  private static func row(_ line: Substring, stage: Int) throws(LineProblem) -> Row {
    func column(_ part: Substring) -> Int { line.distance(from: line.startIndex, to: part.startIndex) + 1 }
    guard let bar = line.firstIndex(of: "|") else {
      throw LineProblem(message: "there is no '|' between degrees and devices", column: line.count + 1)
    }
    let words = line[..<bar].split(separator: " ")
    guard let name = words.first, !name.contains("=") else {
      throw LineProblem(message: "the line begins with no layer", column: 1)
    }
    var split = Split(devices: [])
    var grid: (algorithm: LayerAlgorithm, rows: Int, columns: Int)?
    let dimensions: [Substring: WritableKeyPath<Split, Int>] = [
      "m": \.m, "n": \.n, "k": \.k, "c": \.c, "h": \.h, "w": \.w,
    ]
    for word in words.dropFirst() {
      let sides = word.split(separator: "=", omittingEmptySubsequences: false)
      if let algorithm = LayerAlgorithm(rawValue: String(sides[0])), algorithm != .boxes {
        guard let size = algorithm.grid(parsing: sides.dropFirst().joined(separator: "=")), words.count == 2 else {
          throw LineProblem(
            message: "'\(word)' stands alone and gives a size: \(algorithm.example)", column: column(word))
        }
        grid = (algorithm, size.rows, size.columns)
        continue
      }
      guard sides.count == 2, let dimension = dimensions[sides[0]] else {
        throw LineProblem(
          message: "'\(word)' is no degree; dimensions are n k c h w, and m for turns; algorithms cannon, summa, fan",
          column: column(word))
      }
      guard let degree = Machine.deviceCounts.read(sides[1]) else {
        throw LineProblem(message: "a degree is \(Machine.deviceCounts), not '\(sides[1])'", column: column(word))
      }
      split[keyPath: dimension] = degree
      guard Machine.deviceCounts.contains(split.places) else {
        throw LineProblem(
          message: "the degrees multiply to more than \(Machine.deviceCounts.range.upperBound) parts",
          column: column(word))
      }
    }
    for word in line[line.index(after: bar)...].split(separator: " ") {
      guard let device = Machine.deviceNumbers.read(word) else {
        throw LineProblem(
          message: "'\(word)' is no device number, which is \(Machine.deviceNumbers)", column: column(word))
      }
      split.devices.append(device)
    }
    guard !split.devices.isEmpty else { throw LineProblem(message: "no devices after '|'", column: line.count + 1) }
    if let grid { split = .grid(grid.algorithm, rows: grid.rows, columns: grid.columns, devices: split.devices) }
    return Row(layer: String(name), split: split, stage: stage)
  }
}
