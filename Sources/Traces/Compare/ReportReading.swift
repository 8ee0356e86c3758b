import Diagnostics
import Foundation
import Machines
import Networks

/// Why a file is no report, for people: the place in it and what was expected.
public struct ReportProblem: Error, Hashable, Sendable, CustomStringConvertible {
  public var description: String
}

extension Report {
  /// Reads a report from a file's bytes.
  ///
  /// - Throws: what is wrong: no JSON (with the line where the reader knows it), another document, a missing or wrong member
  ///   with its path.
  public init(reading data: Data) throws(ReportProblem) {
    func refuse(_ text: String) -> ReportProblem { ReportProblem(description: text) }
    struct Head: Decodable { var schema: String? }
    let decoder = JSONDecoder()
    do {
      let schema = try decoder.decode(Head.self, from: data).schema
      guard schema == Report.schema else {
        throw refuse(
          schema.map { "it is a document of '\($0)', not of '\(Report.schema)'" }
            ?? "it has no \"schema\": \"\(Report.schema)\"")
      }
      self = try decoder.decode(Report.self, from: data)
      try check()
    } catch let problem as ReportProblem {
      throw problem
    } catch let error as DecodingError {
      throw refuse(Self.explain(error))
    } catch {
      throw refuse("\(error)")
    }
  }

  /// Refuses numbers that no run has and that could not be reckoned with.
  private func check() throws(ReportProblem) {
    func require(_ condition: Bool, _ member: String, _ wanted: String) throws(ReportProblem) {
      if !condition { throw ReportProblem(description: "'\(member)' is not \(wanted)") }
    }
    try require(Machine.deviceCounts.contains(devices), "devices", "\(Machine.deviceCounts)")
    try require(SizeLimit.batch.contains(batch), "batch", "\(SizeLimit.batch)")
    let lengths = WholeNumbers(0...SizeLimit.steps.range.upperBound)
    try require(lengths.contains(steps), "steps", "\(lengths)")
    try require((0...steps).contains(warmupSteps), "warmup_steps", "a number of steps from 0 to 'steps'")
    for (name, seconds) in [("median", stepSeconds.median), ("p10", stepSeconds.p10), ("p90", stepSeconds.p90)] {
      guard let seconds else { continue }
      try require(
        (0...1e9).contains(seconds), "step_seconds.\(name)", "a number of seconds from 0 to a thousand million")
    }
  }

  private static func explain(_ error: DecodingError) -> String {
    func place(_ path: [any CodingKey]) -> String {
      path.reduce("") { text, key in
        key.intValue.map { "\(text)[\($0)]" } ?? (text.isEmpty ? key.stringValue : "\(text).\(key.stringValue)")
      }
    }
    switch error {
    case .keyNotFound(let key, let context): return "'\(place(context.codingPath + [key]))' is missing"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      let path = place(context.codingPath)
      return path.isEmpty ? "it is no JSON object" : "'\(path)' is not of the kind that belongs there"
    case .dataCorrupted(let context):
      let path = place(context.codingPath)
      guard path.isEmpty else { return "'\(path)' has no value that belongs there" }
      let reason = (context.underlyingError as NSError?)?.userInfo[NSDebugDescriptionErrorKey] as? String
      return "it is no JSON" + (reason.map { ": \($0)" } ?? "")
    @unknown default: return "\(error)"
    }
  }
}
