import Scenes
import Traces

/// What a simulation says about a scene before it runs. A prediction by a cost model, never a measurement.
public struct PlanForecast: Sendable {
  /// What a step of a run takes by this machine's calibration.
  public struct Expectation: Hashable, Sendable {
    public var seconds: Double
    /// What it rests on.
    public var assumptions: [String]

    public init(seconds: Double, assumptions: [String]) {
      self.seconds = seconds
      self.assumptions = assumptions
    }
  }

  /// The scene as it was simulated.
  public var scene: Scene
  /// The clock of the run that is asked about.
  public var clock: Clock
  /// A step of that run; nil where this machine is not calibrated, or where that clock cannot be predicted.
  public var expected: Expectation?
  /// One step by the cost model on undisturbed devices, in seconds.
  public var stepSeconds: Double
  /// The trace of a few simulated steps, for the timeline; nil where there is too much of it.
  public var statistics: RunStatistics?
  /// Where the costs come from, in words.
  public var origin: String

  public init(
    scene: Scene, clock: Clock, expected: Expectation? = nil, stepSeconds: Double, statistics: RunStatistics?,
    origin: String
  ) {
    self.scene = scene
    self.clock = clock
    self.expected = expected
    self.stepSeconds = stepSeconds
    self.statistics = statistics
    self.origin = origin
  }

  func isAbout(_ scene: Scene, _ clock: Clock) -> Bool { self.scene == scene && self.clock == clock }
}

extension WorkbenchState {
  /// Takes in what a simulation says, if it is about the scene on screen.
  mutating func take(_ forecast: PlanForecast) {
    guard compilation.plan?.scene == forecast.scene else { return }
    self.forecast = forecast
    // The answer for a run may come after its beginning; it rests on nothing that the run has shown.
    if let run, run.forecast == nil, forecast.isAbout(run.scene, run.clock) { self.run?.forecast = forecast }
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
