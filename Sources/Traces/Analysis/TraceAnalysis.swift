import Programs

/// What an analysis can use beside the trace; nil where it is not known, and what follows from it is then not known either.
public struct AnalysisContext: Sendable {
  /// The recorded durations run again with other costs.
  public var replay: Replay?
  /// The same training on one device.
  public var serial: SerialReference?
  /// What one device can do at most, measured, in floating-point operations per second.
  public var peakFlopsPerSecond: Double?
  /// Cores, where there are more worker threads than those.
  public var oversubscribedCores: Int?
  /// What the gauge of a processor's speed takes on this machine where nobody disturbs it (``TraceRecord/gauge``).
  public var gaugeNanoseconds: Double?
  /// Other ways of dividing the same work, simulated; nil where none was tried.
  public var trials: Trials?

  public init(
    replay: Replay? = nil, serial: SerialReference? = nil, peakFlopsPerSecond: Double? = nil,
    oversubscribedCores: Int? = nil, gaugeNanoseconds: Double? = nil, trials: Trials? = nil
  ) {
    self.trials = trials
    self.gaugeNanoseconds = gaugeNanoseconds
    self.replay = replay
    self.serial = serial
    self.peakFlopsPerSecond = peakFlopsPerSecond
    self.oversubscribedCores = oversubscribedCores
  }
}

/// A recorded program run again in a simulation, with its recorded durations and with changed ones.
public struct Replay: Hashable, Sendable {
  /// One change and what came of it.
  public struct Change: Hashable, Sendable {
    /// For people: `conv2 2× as fast`.
    public var text: String
    public var stepSeconds: Double

    public init(_ text: String, stepSeconds: Double) {
      self.text = text
      self.stepSeconds = stepSeconds
    }
  }

  /// A step with the recorded durations: beside the measured step it tells how far the others can be trusted.
  public var stepSeconds: Double
  /// A step where messages cost nothing.
  public var idealNetworkStepSeconds: Double
  public var changes: [Change]
  /// What the machine's description makes slow, and a step without each.
  public var slowed: [Slowed] = []
  /// The steps again, each with its own durations.
  public var repeated: Repeated?

  /// A device or a link that is slower than its like, and the step if it were not.
  public struct Slowed: Hashable, Sendable {
    public enum Part: Hashable, Sendable {
      case device(Int)
      /// By its name in the machine's topology.
      case link(String)
    }

    public var part: Part
    /// How many times as long everything takes there.
    public var factor: Double
    /// A step where this part is as fast as the others.
    public var stepSeconds: Double

    public init(_ part: Part, factor: Double, stepSeconds: Double) {
      self.part = part
      self.factor = factor
      self.stepSeconds = stepSeconds
    }
  }

  /// Medians of recorded steps that were run again, each with the durations that it had itself.
  public struct Repeated: Hashable, Sendable {
    /// With all that happened to them.
    public var stepSeconds: Double
    /// Without the time in which devices' threads were off their processors (``TraceRecord/withheld``), and with threads that wake
    /// up no later than the machine's calibration says: what the steps would have taken, had this program had the processors
    /// for itself. Nil where nobody measured that time.
    public var undisturbedStepSeconds: Double?

    public init(stepSeconds: Double, undisturbedStepSeconds: Double?) {
      self.stepSeconds = stepSeconds
      self.undisturbedStepSeconds = undisturbedStepSeconds
    }
  }

  public init(stepSeconds: Double, idealNetworkStepSeconds: Double, changes: [Change]) {
    self.stepSeconds = stepSeconds
    self.idealNetworkStepSeconds = idealNetworkStepSeconds
    self.changes = changes
  }

  /// By how much the steps that were replayed are missed: (replayed - measured) / measured, of their median; nil where they took
  /// no time.
  public func relativeError(of steps: AnalysedSteps) -> Double? {
    steps.medianSeconds > 0 ? stepSeconds / steps.medianSeconds - 1 : nil
  }

  /// How many times as fast a step is with a change.
  public func speedup(of change: Change) -> Double? {
    change.stepSeconds > 0 ? stepSeconds / change.stepSeconds : nil
  }
}

/// Everything that a trace tells about a run: path, delays, efficiency, collectives, straggler, bubble, and what to do.
///
/// Path, delays, collectives and phases are about ``steps``, a stretch of the run; efficiency, straggler and verdict about all
/// measured steps.
public struct TraceAnalysis: Sendable {
  public let steps: AnalysedSteps
  public let path: CriticalPath
  public let delays: DelayCosts
  public let collectives: [CollectiveTiming]
  public let bubble: BubblePhases?
  public let straggler: Straggler?
  public let efficiency: EfficiencyTree
  /// Sums over all measured steps.
  public let totals: Totals
  public let context: AnalysisContext
  public let verdict: Verdict

  /// Analyses a run; nil where no step was measured, or a step has more records than an analysis takes.
  ///
  /// - Parameter recent: steps of that run, oldest first.
  public init?(
    _ recent: some BidirectionalCollection<RecentStep>, totals: Totals, catalogue: InstructionCatalogue,
    context: AnalysisContext = AnalysisContext()
  ) {
    guard totals.steps > 0, let steps = AnalysedSteps.longest(of: recent, catalogue: catalogue) else { return nil }
    let pairs = MessagePairs(steps)
    self.steps = steps
    self.totals = totals
    self.context = context
    path = CriticalPath(steps, pairs: pairs)
    delays = DelayCosts(steps, pairs: pairs)
    collectives = CollectiveTiming.all(steps)
    bubble = BubblePhases(steps)
    straggler = Straggler(
      breakdowns: totals.breakdowns, window: totals.window, steps: totals.steps, collectives: collectives)
    let count = Double(totals.steps)
    efficiency = EfficiencyTree(
      useful: totals.breakdowns.map(\.compute), window: totals.window,
      idealWindow: context.replay.map { $0.idealNetworkStepSeconds * 1e9 * count },
      serialUseful: context.serial?.computeSeconds.map { $0 * 1e9 * count })
    verdict = Verdict(
      Findings(
        steps: steps, path: path, delays: delays, collectives: collectives, bubble: bubble, straggler: straggler,
        totals: totals, context: context))
  }

  /// The same of a run's statistics.
  public init?(_ statistics: RunStatistics, context: AnalysisContext = AnalysisContext()) {
    self.init(
      statistics.recent.steps, totals: statistics.totals, catalogue: statistics.catalogue, context: context)
  }

  /// `B conv1`, `send`, or `wait` where the other end was not recorded.
  public func label(of cause: DelayCosts.Cause) -> String { steps.catalogue.label(of: cause) }

  /// Floating-point operations per second that all devices together were good for, forward and backward passes only, without
  /// what was computed twice.
  public var achievedFlopsPerSecond: Double? {
    guard totals.window > 0 else { return nil }
    let program = steps.catalogue.program
    let samples = Double(program.batch * totals.steps)
    return samples * Double(program.graph.flopsPerSample) / (Double(totals.window) * 1e-9)
  }

  /// t(1) / t(P), medians of the step; nil without a serial reference.
  public var speedup: Double? { context.serial?.speedup(of: totals.stepSeconds(quantile: 0.5)) }

  /// Model FLOPs utilisation (Chowdhery et al. 2022, PaLM, appendix B): the achieved rate as a share of what the devices can
  /// do at most, here measured on one device and taken for each.
  public var modelFlopsUtilisation: Double? {
    guard let achieved = achievedFlopsPerSecond, let peak = context.peakFlopsPerSecond, peak > 0 else { return nil }
    return achieved / (peak * Double(steps.deviceCount))
  }
}

extension InstructionCatalogue {
  /// A cause of delay for people.
  public func label(of cause: DelayCosts.Cause) -> String {
    let name: String =
      switch cause.kind {
      case .forward, .backward, .backwardInput, .backwardWeight, .loss, .update: String(cause.kind.letter)
      case .receive: "transfer"
      case .overhead: "runtime"
      case .accumulate: "sum"
      default: cause.kind.rawValue
      }
    return cause.node.map { "\(name) \(layerName($0))" } ?? name
  }
}
