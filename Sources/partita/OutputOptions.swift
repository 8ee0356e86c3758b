import ArgumentParser
import Diagnostics

/// Where results go.
struct OutputOptions: ParsableArguments {
  @Flag(help: "Prints one JSON document and nothing else on standard output.")
  var json = false

  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: ArgumentHelp("Writes the result there instead of printing it.", valueName: "file"))
  var output: String?

  @Option(help: ArgumentHelp("Writes every instruction's times for Perfetto and chrome://tracing.", valueName: "file"))
  var trace: String?

  @Option(help: ArgumentHelp("Draws the timeline of the last steps.", valueName: "file"))
  var svg: String?

  @Option(help: ArgumentHelp("Writes every instruction's times as comma-separated values.", valueName: "file"))
  var csv: String?

  @Option(help: ArgumentHelp("Starts from these parameters (safetensors) and not from random ones.", valueName: "file"))
  var loadParameters: String?

  @Option(help: ArgumentHelp("Saves the trained model (safetensors).", valueName: "file"))
  var saveParameters: String?

  func validate() throws {
    let paths = [output, trace, svg, csv, saveParameters].compactMap { $0 }.filter { !$0.hasPrefix("/dev/") }
    if Set(paths).count < paths.count { throw ValidationError("Two outputs would be written to one file.") }
  }

  /// For commands that compute no parameters.
  func refuseParameters(_ reason: String) throws {
    for (option, value) in [("load-parameters", loadParameters), ("save-parameters", saveParameters)]
    where value != nil {
      throw ValidationError("--\(option) is not possible: \(reason).")
    }
  }

  /// For commands without a run of their own.
  func refuseRunFiles(_ reason: String) throws {
    let files = [
      ("trace", trace), ("svg", svg), ("csv", csv), ("load-parameters", loadParameters),
      ("save-parameters", saveParameters),
    ]
    for (option, value) in files where value != nil { throw ValidationError("--\(option) is not possible: \(reason).") }
  }

  /// Opens all files.
  ///
  /// - Throws: every path that cannot be written.
  func open() throws(DiagnosticList) -> OutputFiles {
    var problems: [Diagnostic] = []
    func file(_ path: String?, _ option: String) -> OutputFile? {
      guard let path else { return nil }
      do throws(DiagnosticList) { return try OutputFile(path, option: option) } catch {
        problems += error.all
        return nil
      }
    }
    let files = OutputFiles(
      result: file(output, "-o"), trace: file(trace, "--trace"), svg: file(svg, "--svg"), csv: file(csv, "--csv"),
      parameters: file(saveParameters, "--save-parameters"))
    guard problems.isEmpty else { throw DiagnosticList(problems) }
    return files
  }
}

/// The opened files of one command.
struct OutputFiles {
  let result: OutputFile?
  let trace: OutputFile?
  let svg: OutputFile?
  let csv: OutputFile?
  let parameters: OutputFile?

  /// Prints the command's result, or puts it where `-o` says.
  func deliver(_ text: String) throws {
    guard let result else { return try Console.output(text) }
    result.write(text)
    try result.finish()
  }
}
