/// The simulator's word on a program before it runs: how long a step will take. A prediction by a cost model, never a
/// measurement.
public struct Forecast: Sendable {
  /// Whose time the runs are told in that it is about: on the wall clock devices share a machine's caches and memory.
  public var clock: Clock
  /// The median of the simulated steps after the first, in seconds.
  public var stepSeconds: Double
  /// Why no run on this machine can be held against it, as that the machine is not calibrated; nil where one can.
  public var reservation: String?
  /// What the gauge of a processor's speed takes on the undisturbed processors that it is about (``TraceRecord/gauge``); nil where
  /// that is not known.
  public var gaugeNanoseconds: Double?
  /// What it rests on.
  public var assumptions: [String]
  /// A few simulated steps for a timeline; nil where nobody asked, or where there is too much of it.
  public var statistics: RunStatistics?

  public init(
    clock: Clock, stepSeconds: Double, reservation: String? = nil, assumptions: [String] = [],
    statistics: RunStatistics? = nil
  ) {
    self.clock = clock
    self.stepSeconds = stepSeconds
    self.reservation = reservation
    self.assumptions = assumptions
    self.statistics = statistics
  }

  /// The step that a run is expected to take, in seconds; nil under a ``reservation``.
  public var expectedSeconds: Double? { reservation == nil ? stepSeconds : nil }

  /// The assumptions for the report of a run that the forecast stands beside, or why it says nothing about the run.
  public var notes: [String] {
    reservation.map { ["no step is predicted: \($0)"] } ?? assumptions.map { "predicted step: \($0)" }
  }
}
