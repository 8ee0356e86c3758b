import Diagnostics
import Programs

/// The same training on one device, which speed-up and computation scaling compare with: measured, simulated, or read from a
/// report; never assumed.
///
/// Speed-up is t(1) / t(P) of medians with the same batch, and t(1) the time of the serial program, not of the parallel program
/// on one device.
public struct SerialReference: Codable, Hashable, Sendable {
  /// Where it comes from, for people: `10 serial steps before the run, wall clock`.
  public var source: String
  /// Steps that were measured.
  public var steps: Int
  /// The median step.
  public var stepSeconds: Double
  /// Of computing, the mean per step; null where no instruction was recorded.
  @Nullable public var computeSeconds: Double? = nil

  enum CodingKeys: String, CodingKey {
    case source, steps
    case stepSeconds = "step_seconds"
    case computeSeconds = "compute_seconds"
  }

  public init(source: String, steps: Int, stepSeconds: Double, computeSeconds: Double? = nil) {
    self.source = source
    self.steps = steps
    self.stepSeconds = stepSeconds
    self.computeSeconds = computeSeconds
  }

  /// The reference that a serial run's report is; nil where no step was measured.
  public init?(_ report: Report, source: String) {
    guard let step = report.stepSeconds.median, step > 0 else { return nil }
    // Steps with lost records are in no sum, so they are not counted either.
    let device = report.perDevice.first
    let measured = report.samplesPerSecond.flatMap { rate in
      device?.windowSeconds.map { (rate * $0 / Double(max(report.batch, 1))).rounded() }
    }
    let steps = measured.map { Int($0) } ?? max(0, report.steps - report.warmupSteps)
    self.init(source: source, steps: steps, stepSeconds: step)
    computeSeconds = device?.computeSeconds.flatMap { steps > 0 ? $0 / Double(steps) : nil }
  }
}

extension SerialReference {
  /// t(1) / t(P) for a median step of `seconds`; nil where that is not known.
  public func speedup(of seconds: Double?) -> Double? {
    seconds.flatMap { $0 > 0 ? stepSeconds / $0 : nil }
  }
}

/// What a run must have in common with its serial reference.
public struct ReferenceKey: Hashable, Sendable {
  public var parameterCount: Int
  public var flopsPerSample: Int
  public var batch: Int
  public var clock: Clock
  /// Nil where not known, which agrees with any number.
  public var cores: Int?

  public init(parameterCount: Int, flopsPerSample: Int, batch: Int, clock: Clock, cores: Int?) {
    self.parameterCount = parameterCount
    self.flopsPerSample = flopsPerSample
    self.batch = batch
    self.clock = clock
    self.cores = cores
  }

  public init(_ report: Report) {
    self.init(
      parameterCount: report.parameterCount, flopsPerSample: report.flopsPerSample, batch: report.batch,
      clock: report.clock, cores: report.cores)
  }

  /// Of runs of a program on a machine with so many cores.
  public init(_ program: Program, clock: Clock, cores: Int) {
    self.init(
      parameterCount: program.graph.parameterCount, flopsPerSample: program.graph.flopsPerSample, batch: program.batch,
      clock: clock, cores: cores)
  }

  /// Why a report is no serial reference for such a run, one sentence each; empty where it is one.
  public func objections(to report: Report) -> [String] {
    var texts: [String] = []
    func compare<Value: Equatable>(_ what: String, _ its: Value, _ ours: Value) {
      if its != ours { texts.append("its \(what) is \(its), the run's \(ours)") }
    }
    if report.devices != 1 { texts.append("it is of \(report.devices) devices") }
    compare("number of parameters", report.parameterCount, parameterCount)
    compare("number of operations per sample", report.flopsPerSample, flopsPerSample)
    compare("batch", report.batch, batch)
    compare("clock", report.clock.rawValue, clock.rawValue)
    if let cores, let its = report.cores { compare("number of cores", its, cores) }
    if report.stepSeconds.median == nil { texts.append("it has no measured step") }
    return texts
  }
}
