import Diagnostics
import Files
import Foundation
import Traces

/// Reads saved reports.
enum ReportFile {
  /// - Throws: why the file cannot be read or is no report.
  static func read(_ path: String) throws(DiagnosticList) -> Report {
    let bytes = try InputFile.read(path, dash: true)
    do {
      return try Report(reading: Data(bytes))
    } catch {
      throw DiagnosticList(
        "'\(path)' is no report: \(error)", hint: "a report is what run and simulate print with --json")
    }
  }
}
