import Diagnostics
import Foundation

/// What work takes on one machine: a document that `partita bench` writes and simulations read.
///
/// It keeps what work of exactly one size took (``Measurement``), and of each class of work a line
/// `fixed + units × per unit` for sizes that were never measured.
public struct Calibration: Codable, Hashable, Sendable {
  public static let schema = "partita.calibration/2"

  /// Nanoseconds of one class of work.
  public struct Cost: Codable, Hashable, Sendable {
    public var fixed: Double
    public var perUnit: Double

    public init(fixed: Double, perUnit: Double) {
      self.fixed = fixed
      self.perUnit = perUnit
    }

    enum CodingKeys: String, CodingKey {
      case fixed = "fixed_nanoseconds"
      case perUnit = "nanoseconds_per_unit"
    }
  }

  public var schema = Calibration.schema
  /// The processor and its cores, for people.
  public var machine: String
  /// The day, as 2026-01-31.
  public var date: String
  /// By class of work, as `linear.forward` or `copy`.
  public var costs: [String: Cost]
  /// From the sending of a message in shared memory until a device that waits for it has woken up.
  public var wakeNanoseconds: Double
  /// The shortest that the gauge of a processor's speed took (``Traces/TraceRecord/gauge``): what it takes where nobody disturbs
  /// the processor. Nil where nobody gauged.
  public var gaugeNanoseconds: Double?
  /// Times of exact sizes, the oldest first.
  public var measurements: [Measurement]

  enum CodingKeys: String, CodingKey {
    case schema, machine, date, costs, measurements
    case wakeNanoseconds = "wake_nanoseconds"
    case gaugeNanoseconds = "gauge_nanoseconds"
  }

  public init(
    machine: String, date: String, costs: [String: Cost], wakeNanoseconds: Double, gaugeNanoseconds: Double? = nil,
    measurements: [Measurement] = []
  ) {
    self.gaugeNanoseconds = gaugeNanoseconds
    self.measurements = measurements
    self.machine = machine
    self.date = date
    self.costs = costs
    self.wakeNanoseconds = wakeNanoseconds
  }

  /// Reads what ``json()`` wrote.
  ///
  /// - Throws: what is wrong with the document: its form, its version, or numbers that are no times.
  public init(json: Data) throws {
    struct Version: Decodable {
      var schema: String
    }
    // A document of another version may lack what this one needs: its version is the reason, not the lack.
    let version = try JSONDecoder().decode(Version.self, from: json).schema
    guard version == Self.schema else {
      throw DiagnosticList("it is of version '\(version)', and this program reads '\(Self.schema)'")
    }
    self = try JSONDecoder().decode(Calibration.self, from: json)
    let numbers =
      costs.values.flatMap { [$0.fixed, $0.perUnit] } + [wakeNanoseconds, gaugeNanoseconds ?? 0]
      + measurements.flatMap { [$0.units, $0.nanoseconds] }
    guard numbers.allSatisfy({ $0 >= 0 && $0.isFinite }) else { throw DiagnosticList("a time in it is below zero") }
  }

  /// One JSON document with a final line break.
  public func json() throws -> String { try JSONText.document(self) }

  /// Nanoseconds of some work by its class's line; classes that were never measured are priced as the next best one.
  func nanoseconds(_ work: Work) -> Double {
    var (name, units) = (work.name, work.units)
    for _ in 0..<4 {
      if let cost = costs[name] { return cost.fixed + units * cost.perUnit }
      guard let substitute = Work.substitute(for: name) else { break }
      (name, units) = (substitute.name, units * substitute.share)
    }
    return 0
  }
}
