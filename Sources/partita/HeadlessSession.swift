import Checkpoints
import Dispatch
import Engine
import Foundation
import Kernels
import Programs
import Scenes
import Simulator
import Traces

/// Follows one training run to its end: statistics, files, progress and signals.
struct HeadlessSession {
  private let run: TrainingRun
  private let scene: Scene
  private let files: Outputs
  private var pictures: TraceFiles
  private let cores = ProcessInfo.processInfo.activeProcessorCount
  private var statistics: RunStatistics
  private var steps: [StepResult] = []
  private var evaluations: [Evaluation] = []
  private var progress: ProgressLine
  private let forecast: Forecast?
  /// What else the processors did while the run lasted.
  private var surroundings: String?
  private var recorded: RecordedTimes
  /// The same training on one device; nil where none was asked for.
  var reference: SerialReference?
  /// What to exit with if a signal ended the run early.
  private(set) var interruption: Status?

  /// - Parameter forecast: made before the run; nil where the program cannot be simulated.
  init(_ run: TrainingRun, scene: Scene, files: Outputs, forecast: Forecast?) {
    self.forecast = forecast
    recorded = RecordedTimes(
      run.program, warmupSteps: Scene.warmupSteps(of: run.totalSteps),
      spinNanoseconds: TrainingRun.spinNanoseconds(devices: run.program.devices.count, clock: run.pacing.clock))
    self.run = run
    self.scene = scene
    self.files = files
    let statistics = RunStatistics(
      program: run.program, warmupSteps: Scene.warmupSteps(of: run.totalSteps), keptSteps: Self.analysedSteps)
    pictures = TraceFiles(files, catalogue: statistics.catalogue, scene: scene, clock: run.pacing.clock)
    self.statistics = statistics
    progress = ProgressLine(total: run.totalSteps, batch: run.program.batch)
  }

  /// Trains to the end, or until a signal.
  ///
  /// - Throws: why the run failed, or what could not be written.
  mutating func train() throws {
    announce()
    let ended = DispatchSemaphore(value: 0)
    let before = ProcessorTimes()
    run.start()
    Signals.forward { [run] in run.stop() }
    Console.error("training \(scene.name): \(count(run.totalSteps, "step")) of \(count(run.program.batch, "sample"))")
    Thread { [run] in
      run.wait()
      ended.signal()
    }.start()
    while ended.wait(timeout: .now() + .milliseconds(50)) == .timedOut { follow() }
    let state = follow()
    if let before, run.pacing.clock == .wall {
      surroundings = ProcessorTimes()?.text(since: before, cores: cores)
    }
    progress.clear()
    let signal = Signals.finish()
    statistics.finish()
    recorded.finish()
    pictures.finish(statistics)
    if case .failed(let failure) = state { throw Failure(.runFailed, "error: the run failed: \(failure)") }
    if case .stopped = state { interruption = signal }
    if steps.last != nil || state == .finished { try saveParameters() }
  }

  /// What was measured so far.
  func report() -> Report {
    let peaks = run.peaks.map { peak in
      Report.PeakBytes(
        parameters: peak[.parameters], gradients: peak[.gradients], optimizer: peak[.optimizer],
        activations: peak[.activations], buffers: peak[.buffers], workspace: peak[.workspace], total: peak.total)
    }
    let last = evaluations.last
    var facts = RunFacts(
      scene: scene.name, clock: run.pacing.clock, cores: cores, seed: scene.training.seed, steps: steps.count,
      losses: steps.map(\.loss), trainAccuracy: last?.trainAccuracy, testAccuracy: last?.testAccuracy,
      trainOracleAccuracy: last?.trainOracleAccuracy, testOracleAccuracy: last?.testOracleAccuracy,
      heads: last?.heads.map { Report.Heads($0) }, peaks: peaks,
      workspaceWords: KernelWorkspace.words(of: run.program), stepSeconds: steps.map(\.seconds), serial: reference,
      predictedStepSeconds: forecast?.expectedSeconds, machine: scene.machine, carried: run.carried,
      assumptions: scene.training.assumptions + perturbation + run.pacing.assumptions + (forecast?.notes ?? [])
        + [surroundings].compactMap { $0 }
        + (interruption == nil ? [] : ["interrupted after \(steps.count) of \(run.totalSteps) steps"]))
    facts.analysis = RunAnalysis.context(of: statistics, scene: scene, .ofThisMachine, clock: run.pacing.clock)
    return Report(facts, statistics: statistics)
  }

  /// Steps that the report's analysis is about at most: as many as make a median.
  private static let analysedSteps = 64

  /// Adds what instructions took to this machine's calibration: of runs on the wall clock with a core for every device,
  /// with enough steps for a median and with nothing made slower than it is.
  func teach() {
    let devices = run.program.devices.count
    guard run.pacing.clock == .wall, devices <= cores, scene.machine.isUndisturbed,
      statistics.totals.steps >= Self.taughtSteps
    else { return }
    CalibrationStore.add(recorded, threads: devices)
  }

  private static let taughtSteps = 5

  /// What the machine's description made slower than it would be.
  private var perturbation: [String] {
    scene.machine.isUndisturbed && scene.machine.topology == .crossbar ? [] : scene.machine.assumptions
  }

  private func announce() {
    let devices = run.program.devices.count
    if run.pacing.clock == .virtual {
      Console.error("virtual clock: \(count(devices, "device")) on \(count(cores, "core")), each timed alone")
    } else if devices > cores {
      Console.error(
        "oversubscribed: \(devices) devices on \(count(cores, "core")); times show the operating system's scheduling too\n"
          + "  hint: --clock virtual times each device alone")
    }
  }

  /// Takes in what happened since the last time.
  @discardableResult private mutating func follow() -> RunState {
    let news = run.drain()
    statistics.consume(news.trace)
    recorded.add(news.trace)
    pictures.append(news.trace)
    steps += news.steps
    for evaluation in news.evaluations {
      progress.clear()
      Console.error(text(of: evaluation))
    }
    evaluations += news.evaluations
    if let last = steps.last, !news.state.isOver { progress.show(last) }
    return news.state
  }

  private func text(of evaluation: Evaluation) -> String {
    func percent(_ value: Double?) -> String { value.map { String(format: "%.1f %%", 100 * $0) } ?? "n/a" }
    return "after step \(evaluation.steps): training loss \(ProgressLine.text(ofLoss: evaluation.trainLoss)), "
      + "training accuracy \(percent(evaluation.trainAccuracy)), test accuracy \(percent(evaluation.testAccuracy))"
      + (evaluation.testOracleAccuracy.map { ", any head right \(percent($0))" } ?? "")
  }

  private func saveParameters() throws {
    guard let file = files[.parameters] else { return }
    let metadata = ["scene": scene.name, "strategy": run.program.strategy, "steps": "\(steps.count)"]
    file.write(try Safetensors.encode(Checkpoint(run.parameters(), metadata: metadata)))
    files.finish(.parameters)
  }

  private func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}
