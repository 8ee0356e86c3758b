import Diagnostics

/// Two reports side by side (`partita.compare/1`): what differs, how much, and whether that is more than noise.
///
/// Times of the five parts are means over devices and measured steps, so that they add up to the mean step; a step's time is
/// the median. Two steps differ *clearly* where their ranges from the 10th to the 90th percentile do not overlap; otherwise
/// there is no clear difference, whatever the medians say.
public struct RunComparison: Codable, Hashable, Sendable {
  public static let schema = "partita.compare/1"

  /// Something in which the two runs are not alike.
  public struct Difference: Codable, Hashable, Sendable {
    public var what: String
    public var a: String
    public var b: String
    /// Times of such runs cannot be compared: another network or another global batch.
    public var isForbidding: Bool

    enum CodingKeys: String, CodingKey {
      case what, a, b
      case isForbidding = "forbidding"
    }
  }

  /// One quantity of both runs.
  public struct Row: Codable, Hashable, Sendable {
    public enum Unit: String, Codable, Hashable, Sendable {
      case seconds
      case samplesPerSecond = "samples_per_second"
      /// Bytes that moved.
      case traffic = "bytes"
      /// Bytes that were held.
      case memory = "memory_bytes"
      case share
      case count
    }

    public var name: String
    public var unit: Unit
    @Nullable public var a: Double? = nil
    @Nullable public var b: Double? = nil

    public init(_ name: String, _ unit: Unit, _ a: Double?, _ b: Double?) {
      self.name = name
      self.unit = unit
      self.a = a
      self.b = b
    }

    /// b - a; nil where one is unknown.
    public var difference: Double? { a.flatMap { a in b.map { $0 - a } } }

    /// (b - a) / a; nil where one is unknown or a is 0.
    public var relative: Double? { difference.flatMap { change in a.flatMap { $0 == 0 ? nil : change / $0 } } }
  }

  /// The names by which the runs go.
  public struct Run: Codable, Hashable, Sendable {
    public var name: String
    public var scene: String
    public var strategy: String
    public var devices: Int
    public var clock: Clock
  }

  public enum Outcome: String, Codable, Hashable, Sendable {
    case faster
    case slower
    /// The ranges of step times overlap.
    case unclear
    /// A run has no measured step.
    case unknown
  }

  public var schema = RunComparison.schema
  public var a: Run
  public var b: Run
  public var unlike: [Difference]
  public var rows: [Row]
  /// What b is, compared with a.
  public var outcome: Outcome
  /// How much longer b takes for a sample, as a share of a; negative where b is faster; null where unknown.
  @Nullable public var slowdown: Double? = nil
  /// The part that changed most in the direction of the step; null without a clear difference.
  @Nullable public var largestChange: String? = nil
  /// One sentence.
  public var verdict: String

  enum CodingKeys: String, CodingKey {
    case schema, a, b, unlike, rows, outcome, slowdown
    case largestChange = "largest_change"
    case verdict
  }

  /// Compares two reports.
  ///
  /// - Parameter names: what the runs are called, such as the files that the reports came from.
  public init(_ first: Report, _ second: Report, names: (a: String, b: String)) {
    a = Run(first, name: names.a)
    b = Run(second, name: names.b)
    unlike = Self.differences(first, second)
    let parts = Activity.allCases.map { activity in
      Row(
        activity == .communication ? "exposed communication" : activity.rawValue, .seconds,
        first.meanSeconds(activity), second.meanSeconds(activity))
    }
    let rows =
      [
        Row("step, median", .seconds, first.stepSeconds.median, second.stepSeconds.median),
        Row("samples per second", .samplesPerSecond, first.samplesPerSecond, second.samplesPerSecond),
      ] + parts + [
        Row("bytes per step", .traffic, first.communication.bytesPerStep, second.communication.bytesPerStep),
        Row("messages per step", .count, first.communication.messagesPerStep, second.communication.messagesPerStep),
        Row("peak memory of a device", .memory, first.largestPeak, second.largestPeak),
        Row("parallel efficiency", .share, first.efficiency.parallel, second.efficiency.parallel),
        Row("test accuracy", .share, first.testAccuracy, second.testAccuracy),
      ] + Self.speedups(first, second)
    let slowdown = Self.slowdown(first, second)
    let outcome = Self.outcome(first, second, slowdown)
    let cause = outcome == .faster || outcome == .slower ? Self.largestChange(parts, slower: outcome == .slower) : nil
    self.rows = rows
    self.outcome = outcome
    verdict = Self.sentence(outcome, slowdown, rows[0], cause)
    self.slowdown = slowdown
    largestChange = cause?.name
  }

  /// Whether the times of the two cannot be compared.
  public var isForbidden: Bool { unlike.contains { $0.isForbidding } }

  /// One JSON document with sorted keys and a final line break.
  public func json() throws -> String { try JSONText.document(self) }

  private static func differences(_ a: Report, _ b: Report) -> [Difference] {
    var found: [Difference] = []
    func compare<Value: Equatable>(_ what: String, _ left: Value, _ right: Value, forbids: Bool = false) {
      if left != right { found.append(Difference(what: what, a: "\(left)", b: "\(right)", isForbidding: forbids)) }
    }
    compare("parameters of the network", a.parameterCount, b.parameterCount, forbids: true)
    compare("operations per sample", a.flopsPerSample, b.flopsPerSample, forbids: true)
    compare("global batch", a.batch, b.batch, forbids: true)
    compare("seed", a.seed, b.seed)
    compare("steps", a.steps, b.steps)
    compare("clock", a.clock.rawValue, b.clock.rawValue)
    compare("oversubscribed", a.oversubscribed, b.oversubscribed)
    compare("cores", a.cores.map(String.init) ?? "n/a", b.cores.map(String.init) ?? "n/a")
    return found
  }

  /// Speed-up over serial training and what follows from it, where one of the two is serial training on the same clock or a
  /// report has its own reference; no rows elsewhere.
  private static func speedups(_ a: Report, _ b: Report) -> [Row] {
    func tree(_ report: Report, beside other: Report) -> (speedup: Double, computing: Double?)? {
      let beside = report.serialReference ?? Self.reference(other, for: report) ?? Self.reference(report, for: report)
      guard let reference = beside, let speedup = reference.speedup(of: report.stepSeconds.median) else { return nil }
      let own = report.meanSeconds(.compute).map { $0 * Double(report.devices) }
      return (
        speedup,
        own.flatMap { own in own > 0 ? reference.computeSeconds.map { $0 / own } : nil }
      )
    }
    let (one, other) = (tree(a, beside: b), tree(b, beside: a))
    guard one != nil || other != nil else { return [] }
    func share(_ report: Report, _ tree: (speedup: Double, computing: Double?)?) -> Double? {
      tree.map { $0.speedup / Double(max(report.devices, 1)) }
    }
    return [
      Row("speed-up over serial", .count, one?.speedup, other?.speedup),
      Row("efficiency, speed-up / devices", .share, share(a, one), share(b, other)),
      Row("computation scaling", .share, one?.computing, other?.computing),
    ]
  }

  private static func reference(_ serial: Report, for report: Report) -> SerialReference? {
    ReferenceKey(report).objections(to: serial).isEmpty ? SerialReference(serial, source: "the other report") : nil
  }

  /// Of the median step, per sample.
  private static func slowdown(_ a: Report, _ b: Report) -> Double? {
    guard let one = a.stepSeconds.median, let other = b.stepSeconds.median, one > 0, a.batch > 0, b.batch > 0 else {
      return nil
    }
    return (other / Double(b.batch)) / (one / Double(a.batch)) - 1
  }

  private static func outcome(_ a: Report, _ b: Report, _ slowdown: Double?) -> Outcome {
    guard let slowdown else { return .unknown }
    func range(_ report: Report) -> ClosedRange<Double> {
      let step = report.stepSeconds
      let median = step.median ?? 0
      let low = min(step.p10 ?? median, median) / Double(report.batch)
      return low...max(low, max(step.p90 ?? median, median) / Double(report.batch))
    }
    if range(a).overlaps(range(b)) { return .unclear }
    return slowdown > 0 ? .slower : .faster
  }

  private static func largestChange(_ parts: [Row], slower: Bool) -> Row? {
    let changes = parts.compactMap { row in row.difference.map { (row, slower ? $0 : -$0) } }
    return changes.reduce(nil as (Row, Double)?) { most, one in
      one.1 > (most?.1 ?? 0) ? one : most
    }?.0
  }

  private static func sentence(_ outcome: Outcome, _ slowdown: Double?, _ step: Row, _ cause: Row?) -> String {
    switch outcome {
    case .unknown: return "One of the runs has no measured step: there is nothing to compare."
    case .unclear:
      return "No clear difference: the steps' ranges from p10 to p90 overlap"
        + (slowdown.map { " (medians differ by \(percentText(abs($0))))" } ?? "") + "."
    case .faster, .slower:
      let word = outcome == .faster ? "faster" : "slower"
      let much = slowdown.map { percentText(abs($0)) } ?? "n/a"
      var text = "B is \(word): \(much) \(outcome == .faster ? "less" : "more") time per sample"
      if let cause, let change = cause.difference {
        text += ", most of it in \(cause.name) (\(change < 0 ? "-" : "+")\(timeText(abs(change))) per step and device)"
      }
      return text + "."
    }
  }
}

extension RunComparison.Run {
  fileprivate init(_ report: Report, name: String) {
    self.init(
      name: name, scene: report.scene, strategy: report.strategy, devices: report.devices, clock: report.clock)
  }
}

extension Report {
  /// A part of the step, the mean over devices and measured steps in seconds; nil where not measured.
  fileprivate func meanSeconds(_ activity: Activity) -> Double? {
    let values = perDevice.map { $0.seconds(activity) }
    let count = steps - warmupSteps
    guard count > 0, !values.isEmpty, !values.contains(nil) else { return nil }
    return values.reduce(0) { $0 + ($1 ?? 0) } / Double(values.count * count)
  }

  /// The largest measured peak of a device; by formula where none was measured.
  fileprivate var largestPeak: Double? {
    let measured = perDevice.compactMap(\.peakBytes.total)
    let known = measured.isEmpty ? perDevice.compactMap { $0.expectedPeakBytes?.total } : measured
    return known.max().map(Double.init)
  }
}
