import Diagnostics
import Programs
import Scenes
import Simulator
import Traces

/// Runs or simulates every point of a space, one after the other.
public struct Sweep {
  public let scene: Scene
  public let space: SweepSpace
  public let forecaster: Forecaster
  /// Whose time all runs are told in, or are simulated for.
  public let clock: Clock
  public let points: [SweepPoint]
  private let workspace: CompiledScene.WorkspaceCount?

  /// - Parameter workspace: asks the executor, where devices have a limited memory.
  public init(
    _ scene: Scene, space: SweepSpace, forecaster: Forecaster, clock: Clock,
    workspace: CompiledScene.WorkspaceCount? = nil
  ) {
    self.scene = space.common(scene)
    self.space = space
    self.forecaster = forecaster
    self.clock = clock
    self.workspace = workspace
    points = space.points
  }

  /// Trains one point for real.
  public typealias Measure = (_ scene: Scene, _ program: Program) throws -> Report

  /// Does all points in their order and compares them.
  ///
  /// A point that cannot be stands in the result with the reason, and so does one that was not reached.
  ///
  /// - Parameters:
  ///   - measure: trains a point; nil simulates all of them.
  ///   - simulatedSteps: of each simulation.
  ///   - isCancelled: asked before every point, and after it: what was measured of it until then still counts.
  ///   - progress: told before every point which it is, from 0.
  public func run(
    measure: Measure?, simulatedSteps: Int = 5, isCancelled: () -> Bool = { false },
    progress: (Int, SweepPoint) -> Void = { _, _ in }
  ) -> SweepReport {
    var rows: [SweepRow] = []
    var isComplete = true
    for (number, point) in points.enumerated() {
      let outcome: SweepRow.Outcome
      if isCancelled() {
        isComplete = false
        outcome = .nothing("interrupted before it was run")
      } else {
        progress(number, point)
        outcome = self.outcome(of: point, measure, simulatedSteps)
        if isCancelled() { isComplete = false }
      }
      rows.append(
        SweepRow(
          point, link: point.applied(to: scene).machine.linkDescription, seed: scene.training.seed,
          isReference: isReference(point), outcome))
    }
    return SweepReport(
      scene: scene.name, cores: forecaster.cores, seed: scene.training.seed, sceneBatch: scene.training.batch,
      rows: rows,
      isComplete: isComplete, assumptions: assumptions(isSimulated: measure == nil, isComplete: isComplete))
  }

  private func isReference(_ point: SweepPoint) -> Bool {
    point.strategy == .serial && point.devices == 1 && point.microbatches == nil
      && !(space.strategies.contains(.serial) && space.devices.contains(1) && space.microbatches.contains(nil))
  }

  private func outcome(of point: SweepPoint, _ measure: Measure?, _ simulatedSteps: Int) -> SweepRow.Outcome {
    let scene = point.applied(to: scene)
    do {
      let problems = scene.misfits()
      guard problems.isEmpty else { throw DiagnosticList(problems) }
      let program = try CompiledScene(scene, forecaster: forecaster, workspace: workspace).program
      guard let measure else {
        return .report(
          try Report(simulating: program, of: scene, forecaster: forecaster, clock: clock, steps: simulatedSteps),
          predictedSeconds: nil)
      }
      // Before the run; one that fails says nothing against the measurement.
      let forecast = try? forecaster.forecast(program, on: scene.machine, clock: clock)
      let report = try measure(scene, program)
      guard report.stepSeconds.median != nil else { return .nothing("interrupted before a step was measured") }
      return .report(report, predictedSeconds: forecast?.expectedSeconds)
    } catch let problems as DiagnosticList {
      return .nothing(problems.all.map(\.message).joined(separator: "; "))
    } catch {
      return .nothing("the run failed: \(error)")
    }
  }

  private func assumptions(isSimulated: Bool, isComplete: Bool) -> [String] {
    var texts = [
      "speed-up: serial training of the same batch on one device, divided by the median step; efficiency: that by devices"
    ]
    let times = clock == .wall ? "the wall clock" : "the \(clock.rawValue) clock, every device alone"
    if isSimulated {
      texts.append("all times are simulated as runs on \(times): \(forecaster.origin)")
      if scene.network.isMeasured, let graph = try? scene.graph() {
        texts += CostTable.profileAssumptions(of: graph)
      }
    } else {
      texts.append("every line is a real training from the same seed on \(times)")
      let reservations = Set(space.devices.compactMap { forecaster.reservation(devices: $0, clock: clock) })
      texts += reservations.sorted().map { "n/a where predicted: \($0)" }
      if forecaster.isMeasured { texts.append("predictions, made before each run: \(forecaster.origin)") }
    }
    if !isComplete { texts.append("interrupted: lines without numbers were not run") }
    return texts
  }
}
