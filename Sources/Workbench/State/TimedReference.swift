import Screens
import Traces

/// What came of timing a few serial steps.
public struct TimedReference: Hashable, Sendable {
  /// What a run must have in common with it.
  public var key: ReferenceKey
  /// Nil where it failed.
  public var reference: SerialReference?
  /// Why it failed.
  public var problem: String?

  public init(key: ReferenceKey, reference: SerialReference?, problem: String? = nil) {
    self.key = key
    self.reference = reference
    self.problem = problem
  }
}

extension WorkbenchState {
  /// Asks for serial steps of the scene, where nothing would disturb them.
  mutating func timeReference() -> [Effect] {
    note = nil
    guard !isCompiling else {
      note = Line("the scene is being compiled", role: .dim)
      return []
    }
    guard compilation.plan != nil else {
      note = Line("the scene does not compile: no serial steps to time", role: .error)
      return []
    }
    guard !isRunAlive else {
      note = Line("serial steps are timed alone: S stops the run first", role: .warning)
      return []
    }
    guard !isTimingReference else {
      note = Line("serial steps are being timed", role: .dim)
      return []
    }
    isTimingReference = true
    note = Line("timing serial steps on one device, \(clock(of: scene).rawValue) clock …", role: .accent)
    return [.reference]
  }

  /// Takes in what was timed.
  mutating func take(_ timed: TimedReference) {
    isTimingReference = false
    guard let reference = timed.reference else {
      overlay = .message(Notice("No serial reference", timed.problem ?? "it was ended"))
      return
    }
    references[timed.key] = reference
    var line = Line("one device alone takes \(Format.time(reference.stepSeconds)) a step", role: .good)
    if let speedup = shownSpeedup { line = line + Line(": speed-up \(Format.times(speedup))", role: .good) }
    note = line
  }

  /// The serial reference of the run that is shown; nil where none was timed.
  var shownReference: SerialReference? {
    shown.flatMap { references[ReferenceKey($0.facts.program, clock: $0.clock, cores: cores)] }
  }

  /// t(1) / t(P) of the run that is shown; nil without a reference or a measured step.
  var shownSpeedup: Double? {
    shownReference?.speedup(of: shown?.totals?.stepSeconds(quantile: 0.5))
  }
}
