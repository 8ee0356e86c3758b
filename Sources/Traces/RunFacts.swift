import Machines
import Programs

/// What a report says about a run that its trace does not know.
public struct RunFacts: Sendable {
  public var scene: String
  public var clock: Clock
  /// Processor cores of the machine; nil where unknown.
  public var cores: Int?
  public var seed: UInt64
  /// Steps that were run, warm-up included.
  public var steps: Int
  /// One per step; empty where nothing was computed.
  public var losses: [Double]
  /// Shares of 1.
  public var trainAccuracy: Double?
  public var testAccuracy: Double?
  /// Shares of 1 for which any head of a tree is right; nil without a tree.
  public var trainOracleAccuracy: Double?
  public var testOracleAccuracy: Double?
  /// How each head of a tree does on the test set; nil without a tree.
  public var heads: Report.Heads?
  /// Per device; missing or nil where not measured.
  public var peaks: [Report.PeakBytes?]
  /// Words of the kernels' workspace per device, which the formula for memory includes; nil where no executor was asked.
  public var workspaceWords: [Int]?
  /// The executor's own seconds per step, warm-up included; used where no trace was recorded.
  public var stepSeconds: [Double]
  /// The same training on one device; nil where none was run.
  public var serial: SerialReference?
  /// The simulator's median step for the same run.
  public var predictedStepSeconds: Double?
  /// What the analysis can use beside the trace.
  public var analysis = AnalysisContext()
  /// What lies between the devices; nil where it is not known.
  public var machine: Machine?
  /// What the executor counted over all steps; nil where it did not.
  public var carried: CarriedTraffic?
  /// Beside the program's own.
  public var assumptions: [String]

  public init(
    scene: String, clock: Clock, cores: Int?, seed: UInt64, steps: Int, losses: [Double] = [],
    trainAccuracy: Double? = nil, testAccuracy: Double? = nil, trainOracleAccuracy: Double? = nil,
    testOracleAccuracy: Double? = nil, heads: Report.Heads? = nil, peaks: [Report.PeakBytes?] = [],
    workspaceWords: [Int]? = nil, stepSeconds: [Double] = [], serial: SerialReference? = nil,
    predictedStepSeconds: Double? = nil, machine: Machine? = nil, carried: CarriedTraffic? = nil,
    assumptions: [String] = []
  ) {
    self.scene = scene
    self.clock = clock
    self.cores = cores
    self.seed = seed
    self.steps = steps
    self.losses = losses
    self.trainAccuracy = trainAccuracy
    self.testAccuracy = testAccuracy
    self.trainOracleAccuracy = trainOracleAccuracy
    self.testOracleAccuracy = testOracleAccuracy
    self.heads = heads
    self.peaks = peaks
    self.workspaceWords = workspaceWords
    self.stepSeconds = stepSeconds
    self.serial = serial
    self.predictedStepSeconds = predictedStepSeconds
    self.machine = machine
    self.carried = carried
    self.assumptions = assumptions
  }
}
