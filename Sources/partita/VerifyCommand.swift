import ArgumentParser
import Checkpoints
import Diagnostics
import Engine
import Exploration
import Foundation
import Programs
import Scenes
import Traces

struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Trains under the strategy and serially, and compares losses, gradients and parameters.",
    discussion: "Trains 20 steps unless --steps or --epochs say otherwise. Exits with 3 where the two differ.")

  @OptionGroup var options: SceneOptions
  @OptionGroup var outputs: OutputOptions

  func validate() throws {
    guard outputs.trace == nil, outputs.svg == nil, outputs.csv == nil, outputs.saveParameters == nil else {
      throw ValidationError("verify compares two runs and writes no trace and no model; use partita run.")
    }
  }

  func run() throws {
    let scene = try options.load(standardSteps: 20)
    let files = try outputs.open(for: scene)
    let parameters = try outputs.loadParameters.map { path throws(DiagnosticList) in try Safetensors.read(path).tensors
    }
    let dataset = try scene.loadDataset()
    let compiled = try CompiledScene(scene, .ofThisMachine)
    let program = compiled.program
    var settings = TrainingRun.Options()
    settings.machine = scene.machine
    let steps = scene.training.steps(samples: dataset.train.count)
    let pacing = options.pacing(of: scene)
    Console.error(
      "verifying \(scene.name): \(steps) steps under \(program.strategy.replacing("\n", with: " / ")) on the \(pacing.clock.rawValue) clock, then "
        + "serially")
    let comparison: Comparison
    do {
      comparison = try Comparison(
        program: program, reference: compiled.compiler.compileReference(of: program), dataset: dataset,
        shuffle: scene.data.shuffle, training: scene.training, steps: steps, options: settings,
        initialParameters: parameters, pacing: pacing)
    } catch let failure as EngineFailure {
      throw Failure(.runFailed, "error: the run failed: \(failure)")
    }
    let report = VerifyReport(comparison, program: program, clock: pacing.clock)
    try files.deliver(outputs.json ? try report.json() : report.text)
    if !report.equal { throw Failure(.gateNotMet) }
  }
}

extension Comparison {
  /// What was not compared, and why, in words; empty where all was.
  fileprivate var omission: [String] {
    guard leftOut > 0 else { return [] }
    return [
      "\(leftOut) \(leftOut == 1 ? "parameter is" : "parameters are") left out: their gradient is zero but for rounding (as of a "
        + "bias before batch normalisation), of which the optimizer makes full steps"
    ]
  }
}

extension VerifyReport {
  /// The largest difference of gradients that may be rounding: those that are zero in exact arithmetic are measured against
  /// a thousandth of the largest gradient, whose own rounding is 1e-7 of it.
  private static var gradientTolerance: Double { 1e-3 }

  /// The judgement over a comparison: the tolerance that is reported is that of the parameters.
  fileprivate init(_ comparison: Comparison, program: Program, clock: Clock) {
    self.init(
      strategy: program.strategy, devices: program.devices.count, steps: comparison.steps,
      lossDifference: comparison.maxRelativeLossDifference,
      gradientDifference: comparison.maxRelativeGradientDifference,
      parameterDifference: comparison.maxRelativeParameterDifference, tolerance: Comparison.parameterTolerance,
      bytesPerStep: Double(program.bytesPerStep), expectedBytesPerStep: program.expectedBytesPerStep,
      assumptions: program.assumptions + ["trained on the \(clock.rawValue) clock"] + comparison.omission)
    parametersLeftOut = comparison.leftOut
    equal = comparison.isEqual && (comparison.maxRelativeGradientDifference ?? 0) <= Self.gradientTolerance
  }

  fileprivate var text: String {
    func number(_ value: Double?) -> String { value.map { String(format: "%.2e", $0) } ?? "n/a" }
    var lines = [
      "\(strategy.split(separator: "\n").joined(separator: " / ")) on \(devices) \(devices == 1 ? "device" : "devices"), \(steps) steps, against serial training",
      "largest relative difference of",
      "  losses      \(number(maxRelativeLossDifference))",
      "  gradients   \(number(maxRelativeGradientDifference))",
      "  parameters  \(number(maxRelativeParameterDifference))",
      "bytes per step \(bytesPerStep.map { "\(Int($0))" } ?? "n/a"), by formula \(expectedBytesPerStep)",
    ]
    lines += assumptions.map { "assumption: \($0)" }
    let bounds =
      "losses within \(number(Comparison.lossTolerance)), gradients within \(number(Self.gradientTolerance)), parameters within \(number(tolerance))"
    lines.append("\(equal ? "equal" : "NOT equal"): \(bounds)")
    return lines.joined(separator: "\n") + "\n"
  }
}
