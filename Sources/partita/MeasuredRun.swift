import Datasets
import Dispatch
import Engine
import Foundation
import Programs
import Scenes
import Synchronization
import Traces
import VirtualRuns

/// Ends a series of runs: once asked, the run at hand stops and no other one begins.
final class Interruption: Sendable {
  private let isAsked = Atomic(false)
  private let stop = Mutex<(@Sendable () -> Void)?>(nil)

  var isCancelled: Bool { isAsked.load(ordering: .relaxed) }

  /// For signals.
  func ask() {
    isAsked.store(true, ordering: .relaxed)
    stop.withLock { $0 }?()
  }

  /// What is to be stopped from now on; nil for nothing.
  func watch(_ action: (@Sendable () -> Void)?) {
    stop.withLock { $0 = action }
    if isCancelled { action?() }
  }
}

/// A short training of which only the report is wanted: no files, no test set, no progress.
enum MeasuredRun {
  /// Trains to the end, or until it is interrupted: then the report says what was measured.
  ///
  /// - Parameters:
  ///   - clock: whose time it is told in.
  ///   - gaugeNanoseconds: what the gauge of a processor's speed takes on this machine where nobody disturbs it; nil where that is
  ///     not known.
  /// - Throws: why the run is not possible, or how it failed.
  static func report(
    _ program: Program, of scene: Scene, dataset: Dataset, clock: Clock, gaugeNanoseconds: Double? = nil,
    interruption: Interruption
  ) throws -> Report {
    var settings = TrainingRun.Options()
    settings.machine = scene.machine
    let run = try TrainingRun(
      program: program, inference: nil, dataset: dataset, shuffle: scene.data.shuffle, training: scene.training,
      options: settings, pacing: Pacing(clock, on: scene.machine))
    var statistics = RunStatistics(program: program, warmupSteps: Scene.warmupSteps(of: run.totalSteps))
    var steps: [StepResult] = []
    var state = RunState.running
    func follow() {
      let news = run.drain()
      statistics.consume(news.trace)
      steps += news.steps
      state = news.state
    }
    let ended = DispatchSemaphore(value: 0)
    run.start()
    interruption.watch { run.stop() }
    Thread {
      run.wait()
      ended.signal()
    }.start()
    while ended.wait(timeout: .now() + .milliseconds(50)) == .timedOut { follow() }
    interruption.watch(nil)
    follow()
    statistics.finish()
    if case .failed(let failure) = state { throw failure }
    let peaks = run.peaks.map { peak in
      Report.PeakBytes(
        parameters: peak[.parameters], gradients: peak[.gradients], optimizer: peak[.optimizer],
        activations: peak[.activations], buffers: peak[.buffers], workspace: peak[.workspace], total: peak.total)
    }
    var facts = RunFacts(
      scene: scene.name, clock: clock, cores: ProcessInfo.processInfo.activeProcessorCount, seed: scene.training.seed,
      steps: steps.count, losses: steps.map(\.loss), peaks: peaks, workspaceWords: KernelWorkspace.words(of: program),
      stepSeconds: steps.map(\.seconds), machine: scene.machine, carried: run.carried,
      assumptions: run.pacing.assumptions)
    facts.analysis.gaugeNanoseconds = gaugeNanoseconds
    return Report(facts, statistics: statistics)
  }
}
