import Datasets
import Diagnostics
import Dispatch
import Engine
import Exploration
import Kernels
import Programs
import Scenes
import Strategies
import Traces
import Workbench

/// The engine as the workbench sees it: one run at a time, with the data of the last one at hand.
final class WorkbenchEngine: Session {
  private var run: TrainingRun?
  private let compilations: WorkbenchCompilations
  private let forecasts: WorkbenchForecasts
  private let references = WorkbenchReferences()
  /// What the engine said when it refused or failed stays until the next run.
  private var data: (source: DataSource, seed: UInt64, set: Dataset)?

  /// - Parameters:
  ///   - forecaster: what is known of the machine when the workbench is opened.
  ///   - patience: how long an edit waits for its compilation and its forecast; nil for as long as they take.
  init(_ forecaster: Forecaster, patience: DispatchTimeInterval?) {
    compilations = WorkbenchCompilations(patience: patience)
    forecasts = WorkbenchForecasts(forecaster, patience: patience)
  }

  func start(_ plan: ScenePlan, clock: Clock, paused: Bool) throws {
    let scene = plan.scene
    let dataset = try dataset(of: scene)
    let inference = try dataset.test.map { test throws(DiagnosticList) in
      try Compiler(graph: plan.program.graph, training: scene.training, devices: 1, microbatches: 1)
        .compileInference(batch: min(scene.training.batch, test.count))
    }
    var options = TrainingRun.Options()
    options.machine = scene.machine
    let next = try TrainingRun(
      program: plan.program, inference: inference, dataset: dataset, shuffle: scene.data.shuffle,
      training: scene.training, options: options, pacing: Pacing(clock, on: scene.machine))
    // Only now that the new run is possible the old one goes.
    abandon()
    run = next
    next.start(paused: paused)
  }

  func compile(_ scene: Scene, asking inquiries: Inquiries) { compilations.ask(scene, inquiries) }
  func compiled() -> (scene: Scene, result: Compilation)? { compilations.take() }

  func forecast(_ plan: ScenePlan, clock: Clock) { forecasts.ask(plan, clock) }
  func forecasted() -> (scene: Scene, forecast: Forecast)? { forecasts.take() }

  func timeReference(_ plan: ScenePlan, clock: Clock) throws {
    references.time(plan, clock: clock, dataset: try dataset(of: plan.scene))
  }
  func timedReference() -> TimedReference? { references.take() }

  func pause() { run?.pause() }
  func resume() { run?.resume() }
  func step(_ count: Int) { run?.step(count) }
  func stop() { run?.stop() }
  func reset() { abandon() }

  func drain() -> SessionUpdate? {
    guard let run else { return nil }
    let news = run.drain()
    let update = SessionUpdate(
      state: state(of: news.state), totalSteps: run.totalSteps, stepsPerEpoch: run.stepsPerEpoch,
      results: news.steps.map { SessionUpdate.StepResult(step: $0.step, loss: $0.loss, rate: Double($0.rate)) },
      evaluations: news.evaluations.map {
        LearningHistory.Evaluation(
          steps: $0.steps, train: $0.trainAccuracy, test: $0.testAccuracy, trainOracle: $0.trainOracleAccuracy,
          testOracle: $0.testOracleAccuracy, heads: $0.heads.map { Report.Heads($0) })
      },
      trace: news.trace, peaks: run.peaks.map(peak), carried: run.carried)
    // What is final needs to be told once.
    if news.state.isOver { self.run = nil }
    return update
  }

  /// Ends the run and returns when its threads are joined, for the end of the program.
  func finish() {
    run?.stop()
    run?.stop()
    run?.wait()
    references.finish()
    run = nil
  }

  private func abandon() {
    // Its threads end on their own; the interface does not wait for them.
    run?.stop()
    run?.stop()
    run = nil
  }

  private func dataset(of scene: Scene) throws -> Dataset {
    let source = try scene.samples()
    // What was read before may not fit the network that there is now.
    if let data, data.source == source, data.seed == scene.training.seed { return try scene.fitted(data.set) }
    let set = try scene.readDataset()
    data = (source, scene.training.seed, set)
    return try scene.fitted(set)
  }

  private func state(of state: RunState) -> SessionUpdate.State {
    switch state {
    case .ready, .running: .running
    case .paused: .paused
    case .finished: .finished
    case .stopped: .stopped
    case .failed(let failure): .failed("\(failure)")
    }
  }

  private func peak(_ bytes: MemoryBytes) -> MemoryPeak {
    MemoryPeak(
      byKind: [
        .parameters: bytes[.parameters], .gradients: bytes[.gradients], .optimizer: bytes[.optimizer],
        .activations: bytes[.activations], .buffers: bytes[.buffers], .workspace: bytes[.workspace],
      ], total: bytes.total)
  }
}
