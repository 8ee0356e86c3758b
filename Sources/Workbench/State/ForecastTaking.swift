import Scenes
import Traces

extension WorkbenchState {
  /// Takes in what a simulation says, if it is about the scene on screen.
  mutating func take(_ forecast: Forecast, of scene: Scene) {
    guard compilation.plan?.scene == scene else { return }
    self.forecast = forecast
    // The answer for a run may come after its beginning; it rests on nothing that the run has shown.
    if let run, run.forecast == nil, run.scene == scene, run.clock == forecast.clock { self.run?.forecast = forecast }
    if run == nil { measurements = unmeasured }
  }

  /// What panels show before a run: formulas, and the predicted timeline where there is one.
  var unmeasured: Measurements? {
    guard let plan = compilation.plan else { return nil }
    var measurements = Measurements(plan.facts)
    if let statistics = forecast?.statistics { measurements.predict(statistics) }
    return measurements
  }
}
