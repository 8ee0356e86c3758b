import ArgumentParser
import Checkpoints
import Diagnostics
import Engine
import Exploration
import Foundation
import Machines
import Scenes
import Traces

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Trains for real, without a screen, and reports what was measured.")

  @OptionGroup var options: SceneOptions
  @OptionGroup var outputs: OutputOptions
  @Flag(
    name: .customLong("no-recording"),
    help: "Records no instruction's times, to measure what recording costs; times per device are then n/a.")
  var recordsNothing = false

  @Flag(
    name: .customLong("no-calibration"),
    help: "Keeps this run's times out of this machine's calibration, which 'partita bench' began.")
  var teachesNothing = false

  @Flag(
    name: .customLong("reference"),
    help: "Times a few serial steps first, on the same clock: the report then has speed-up and computation scaling.")
  var timesReference = false

  @Option(
    name: .customLong("reference-from"),
    help: ArgumentHelp("Takes the serial reference from the report of a run on one device.", valueName: "file"))
  var referenceFile: String?

  func validate() throws {
    if timesReference, referenceFile != nil {
      throw ValidationError("Give --reference or --reference-from, not both.")
    }
    if recordsNothing, outputs.trace != nil || outputs.csv != nil || outputs.svg != nil {
      throw ValidationError("--no-recording leaves nothing to write to --trace, --csv or --svg")
    }
  }

  func run() throws {
    let scene = try options.load()
    let files = try outputs.open(for: scene, keeping: referenceFile.map { [InputWish("the reference", $0)] } ?? [])
    let parameters = try outputs.loadParameters.map { path throws(DiagnosticList) in try Safetensors.read(path).tensors
    }
    let dataset = try scene.loadDataset()
    let forecaster = Forecaster.ofThisMachine
    let compiled = try CompiledScene(scene, forecaster)
    let inference = try dataset.test.map { test throws(DiagnosticList) in
      try compiled.compiler.compileInference(batch: min(scene.training.batch, test.count))
    }
    var settings = TrainingRun.Options()
    settings.machine = scene.machine
    settings.tracing = !recordsNothing
    let pacing = options.pacing(of: scene)
    let saved = try referenceFile.map { path throws(DiagnosticList) in
      try SerialTiming.read(
        path,
        for: ReferenceKey(
          compiled.program, clock: pacing.clock, cores: ProcessInfo.processInfo.activeProcessorCount))
    }
    let run = try TrainingRun(
      program: compiled.program, inference: inference, dataset: dataset, shuffle: scene.data.shuffle,
      training: scene.training, options: settings, initialParameters: parameters,
      pacing: pacing)
    let reference =
      try timesReference
      ? SerialTiming.measure(compiled, dataset: dataset, clock: pacing.clock) : saved
    // Before the run, by what is known before it: its own times come into no prediction that stands beside them.
    let forecast = try? forecaster.forecast(compiled.program, on: scene.machine, clock: run.pacing.clock)
    var session = HeadlessSession(run, scene: scene, files: files, forecast: forecast)
    session.reference = reference
    try session.train()
    if !teachesNothing { session.teach() }
    let report = session.report()
    try files.deliver(outputs.json ? try report.json() : ReportText(report).text)
    if let status = session.interruption { throw Failure(status) }
    if let step = report.divergedStep {
      throw Failure(
        .runFailed,
        "error: the training diverged: from step \(step) on the loss is no finite number\n"
          + "  hint: a smaller learning rate, as --set training.rate=\(scene.training.rate.rate / 10)")
    }
  }
}
