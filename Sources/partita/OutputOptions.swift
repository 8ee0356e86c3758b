import ArgumentParser
import Datasets
import Diagnostics
import Scenes

/// Where results go.
struct OutputOptions: ParsableArguments {
  @Flag(help: "Prints one JSON document and nothing else on standard output.")
  var json = false

  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: ArgumentHelp(
      "Writes the result there instead of printing it; - is standard output, here and below.", valueName: "file"))
  var output: String?

  @Option(
    help: ArgumentHelp(
      "Writes every instruction's times for Perfetto and chrome://tracing; a name ending in .gz is compressed, here and below.",
      valueName: "file"))
  var trace: String?

  @Option(help: ArgumentHelp("Draws the timeline of the last steps.", valueName: "file"))
  var svg: String?

  @Option(help: ArgumentHelp("Writes every instruction's times as comma-separated values.", valueName: "file"))
  var csv: String?

  @Option(help: ArgumentHelp("Starts from these parameters (safetensors) and not from random ones.", valueName: "file"))
  var loadParameters: String?

  @Option(help: ArgumentHelp("Saves the trained model (safetensors).", valueName: "file"))
  var saveParameters: String?

  func validate() throws { try Outputs.validate(wishes, json: json) }

  private var wishes: [OutputWish] {
    [
      OutputWish(.result, output), OutputWish(.trace, trace), OutputWish(.svg, svg), OutputWish(.csv, csv),
      OutputWish(.parameters, saveParameters),
    ].compactMap { $0 }
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
  /// - Parameter inputs: what the command reads besides the scene, its data and parameters.
  /// - Throws: every path that cannot be written or would overwrite an input.
  func open(for scene: Scene, keeping inputs: [InputWish] = []) throws(DiagnosticList) -> Outputs {
    let parameters = loadParameters.map { [InputWish("the parameters", $0)] } ?? []
    return try Outputs(wishes, keeping: scene.inputs + parameters + inputs)
  }
}

extension Scene {
  /// The files that it is computed with.
  var inputs: [InputWish] { data.source.files.map { InputWish("the data", $0) } }
}
