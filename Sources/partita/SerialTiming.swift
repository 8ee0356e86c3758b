import Datasets
import Diagnostics
import Exploration
import Foundation
import Programs
import Scenes
import Strategies
import Traces

/// Where `run` gets the serial training from that speed-up and computation scaling compare with.
enum SerialTiming {
  /// Steps of the reference, warm-up included: as many as the run has, between these.
  private static let steps = 3...15

  /// Trains a few steps of the same network serially, on one undisturbed device of the machine and on the same clock.
  ///
  /// - Parameter program: What the reference is for.
  /// - Returns: nil where it was interrupted before a step was measured.
  /// - Throws: how that failed.
  static func measure(
    for program: Program, of scene: Scene, dataset: Dataset, clock: Clock, interruption: Interruption
  ) throws -> SerialReference? {
    var scene = scene
    let count = steps(of: scene, samples: dataset.train.count)
    scene.training.length = .steps(count)
    scene.machine = scene.machine.alone
    let compiler = Compiler(graph: program.graph, training: scene.training, devices: 1, microbatches: 1)
    let report = try MeasuredRun.report(
      compiler.compileReference(of: program), of: scene, dataset: dataset, clock: clock, interruption: interruption)
    var reference = SerialReference(report, source: "")
    if let steps = reference?.steps {
      reference?.source = "\(steps) serial \(steps == 1 ? "step" : "steps") before the run, \(clock.rawValue) clock"
    }
    return reference
  }

  /// The same for a command, which signals end.
  static func measure(_ compiled: CompiledScene, dataset: Dataset, clock: Clock) throws -> SerialReference {
    let scene = compiled.scene
    Console.error(
      "timing \(steps(of: scene, samples: dataset.train.count)) serial steps on one device, for the speed-up")
    let interruption = Interruption()
    Signals.forward { interruption.ask() }
    let reference = try measure(
      for: compiled.program, of: scene, dataset: dataset, clock: clock, interruption: interruption)
    if let signal = Signals.finish() { throw Failure(signal) }
    guard let reference else { throw Failure(.runFailed, "error: the serial reference has no measured step") }
    return reference
  }

  private static func steps(of scene: Scene, samples: Int) -> Int {
    min(max(scene.training.steps(samples: samples), steps.lowerBound), steps.upperBound)
  }

  /// Takes the reference from a report of a serial run.
  ///
  /// - Throws: why it cannot be read, or is none for such a run.
  static func read(_ path: String, for key: ReferenceKey) throws(DiagnosticList) -> SerialReference {
    let report = try ReportFile.read(path)
    let objections = key.objections(to: report)
    if let reference = SerialReference(report, source: "from \(path), \(report.clock.rawValue) clock"),
      objections.isEmpty
    {
      return reference
    }
    throw DiagnosticList(
      objections.map {
        Diagnostic(
          "--reference-from: '\(path)' is no serial reference for this run: \($0)",
          hint: "partita run SCENE --strategy serial --devices 1 --json -o FILE makes one; --reference times one now")
      })
  }
}
