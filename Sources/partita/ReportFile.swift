import Diagnostics
import Foundation
import Traces

/// Reads saved reports.
enum ReportFile {
  /// - Throws: why the file cannot be read or is no report.
  static func read(_ path: String) throws(DiagnosticList) -> Report {
    let problem: Diagnostic
    do {
      return try Report(reading: try Data(contentsOf: URL(fileURLWithPath: path)))
    } catch let reason as ReportProblem {
      problem = Diagnostic(
        "'\(path)' is no report: \(reason)", hint: "a report is what run and simulate print with --json")
    } catch {
      problem = Diagnostic("'\(path)' cannot be read: \(error.localizedDescription)")
    }
    throw DiagnosticList([problem])
  }
}
