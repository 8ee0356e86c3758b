import Traces

/// How long a step of a run is expected to take, before it begins.
public struct StepForecast: Hashable, Sendable {
  public var seconds: Double
  /// What it rests on.
  public var assumptions: [String]

  public init(seconds: Double, assumptions: [String]) {
    self.seconds = seconds
    self.assumptions = assumptions
  }
}

/// Asks the simulator for a step's time on a clock; nil where nothing is known. The workbench knows no simulator, so it is
/// given the question.
public typealias StepForecasting = @Sendable (ScenePlan, Clock) -> StepForecast?
