import ArgumentParser
import Diagnostics
import Foundation
import Traces

struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Puts two reports side by side and says which run is faster, where, and whether that is more than noise.",
    discussion: """
      A and B are reports that --json has written. Runs of other networks or another global batch are refused (exit code \
      2); other differences are named. Beside a run on one device with the same clock the other one's speed-up, efficiency \
      and computation scaling are given. With --fail-over the exit code is 3 where B takes that much longer per sample.
      """)

  @Argument(help: "The report to compare with.")
  var a: String

  @Argument(help: "The report that is judged.")
  var b: String

  @Option(
    name: .customLong("fail-over"),
    help: ArgumentHelp("Exits with 3 where B is slower than A by more.", valueName: "percent"))
  var failOver: Double?

  @Flag(help: "Compares unlike runs too; what is unlike is named.")
  var anyway = false

  @Flag(help: "Prints one JSON document and nothing else on standard output.")
  var json = false

  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: ArgumentHelp("Writes the result there instead of printing it.", valueName: "file"))
  var output: String?

  func validate() throws {
    if let failOver, !(failOver >= 0 && failOver.isFinite) {
      throw ValidationError("--fail-over takes a number of percent, 0 or more.")
    }
  }

  func run() throws {
    let reports = try Self.read([a, b])
    let outputs = try Outputs([OutputWish(.result, output)].compactMap { $0 })
    let comparison = RunComparison(reports[0], reports[1], names: (a, b))
    if comparison.isForbidden, !anyway {
      throw DiagnosticList(
        comparison.unlike.filter(\.isForbidding).map { one in
          Diagnostic(
            "the runs cannot be compared: \(one.what) is \(one.a) in '\(a)' and \(one.b) in '\(b)'",
            hint: "--anyway compares them all the same")
        })
    }
    if failOver != nil, comparison.slowdown == nil {
      throw DiagnosticList("--fail-over: '\(a)' or '\(b)' has no measured step")
    }
    try outputs.deliver(json ? try comparison.json() : ComparisonText(comparison).text)
    if let failOver, let slowdown = comparison.slowdown, slowdown * 100 > failOver {
      throw Failure(
        .gateNotMet,
        String(
          format: "B takes %.1f %% more time per sample than A; --fail-over allows %g %%", slowdown * 100, failOver))
    }
  }

  /// - Throws: every file that cannot be read or is no report.
  private static func read(_ paths: [String]) throws(DiagnosticList) -> [Report] {
    var problems: [Diagnostic] = []
    let reports = paths.compactMap { path -> Report? in
      do throws(DiagnosticList) { return try ReportFile.read(path) } catch {
        problems += error.all
        return nil
      }
    }
    guard problems.isEmpty else { throw DiagnosticList(problems) }
    return reports
  }
}
