import Scenes
import Traces

/// What a simulation says about a scene before it runs. A prediction by a cost model, never a measurement.
public struct PlanForecast: Sendable {
  /// The scene as it was simulated.
  public var scene: Scene
  /// One step, in seconds.
  public var stepSeconds: Double
  /// The trace of a few simulated steps, for the timeline; nil where there is too much of it.
  public var statistics: RunStatistics?
  /// Where the costs come from, in words.
  public var origin: String

  public init(scene: Scene, stepSeconds: Double, statistics: RunStatistics?, origin: String) {
    self.scene = scene
    self.stepSeconds = stepSeconds
    self.statistics = statistics
    self.origin = origin
  }
}

extension WorkbenchState {
  /// Takes in what a simulation says, if it is about the scene on screen.
  mutating func take(_ forecast: PlanForecast) {
    guard compilation.plan?.scene == forecast.scene else { return }
    self.forecast = forecast
    if run == nil { measurements = unmeasured }
  }

  /// What panels show before a run: formulas, and the predicted timeline where there is one.
  var unmeasured: Measurements? {
    guard let plan = compilation.plan else { return nil }
    var measurements = Measurements(plan.facts)
    if let forecast, forecast.scene == plan.scene, let statistics = forecast.statistics {
      measurements.predict(statistics)
    }
    return measurements
  }
}
