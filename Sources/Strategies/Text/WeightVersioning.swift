/// Which weights a microbatch meets in a pipeline that updates them while others are under way.
public enum WeightVersioning: String, Hashable, Sendable, CaseIterable {
  /// Backward uses the version that forward used in the same stage: a stage keeps each version as long as a microbatch that
  /// began with it is under way (PipeDream: Narayanan et al. 2019).
  case stashing
  /// All stages use the version that the first stage used.
  case verticalSync = "vertical-sync"
  /// Both use what is there: backward differentiates another function than forward computed.
  case unstashed = "none"

  static let about =
    "pipedream: stashing keeps forward's version for backward, vertical-sync the first stage's for all, none keeps none"
}
