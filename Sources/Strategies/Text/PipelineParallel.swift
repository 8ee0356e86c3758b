import Networks

/// Every device has some consecutive layers; microbatches flow through.
public struct PipelineParallel: StrategyConfiguration {
  public var schedule: PipelineSchedule
  /// Nil puts one stage on each device, or as many as the schedule wants.
  public var stages: Int?
  /// Parts of the model on each device in an interleaved schedule; nil means 2.
  public var chunks: Int?
  /// Keep a stage's inputs alone and repeat its forward before its backward (Chen et al. 2016).
  public var recompute: Switch
  /// Which weights microbatches meet where the schedule updates after each; nil means stashing.
  public var weights: WeightVersioning?
  /// Microbatches of one update in a schedule with two versions of the weights; nil means as many as stages.
  public var accumulate: Int?
  /// By what stages are made equal.
  public var balance: StageWeight
  /// The layers at which the next stages begin; empty leaves that to ``balance``.
  public var cuts: [String]
  /// How many devices each stage is on, which take microbatches in turn; empty puts it on one.
  public var replicas: [Int]
  /// How gradients are put together and when they are exchanged, where several devices have a stage.
  public var buckets: GradientBuckets

  public init(
    schedule: PipelineSchedule = .oneForwardOneBackward, stages: Int? = nil, chunks: Int? = nil,
    recompute: Switch = .off, weights: WeightVersioning? = nil, accumulate: Int? = nil,
    balance: StageWeight = .flops, cuts: [String] = [], replicas: [Int] = [],
    buckets: GradientBuckets = GradientBuckets()
  ) {
    self.schedule = schedule
    self.stages = stages
    self.chunks = chunks
    self.recompute = recompute
    self.weights = weights
    self.accumulate = accumulate
    self.balance = balance
    self.cuts = cuts
    self.replicas = replicas
    self.buckets = buckets
  }

  static let aboutRecomputation =
    "on: keep a stage's inputs alone and repeat forward before backward: less memory, more work"

  public static let kind = StrategyKind(
    name: "pipeline", about: "every device has some consecutive layers; microbatches flow through",
    options: [
      .init(name: "schedule", values: PipelineSchedule.words, about: PipelineSchedule.about),
      .init(name: "stages", values: .count(automatic: "as the schedule wants"), about: "how many stages"),
      .init(name: "chunks", values: .count(automatic: "2 if interleaved"), about: "stages per device if interleaved"),
      .init(name: "recompute", values: Switch.words, about: aboutRecomputation),
      .init(
        name: "weights",
        values: .choice(WeightVersioning.allCases.map(\.rawValue), automatic: "stashing if pipedream"),
        about: WeightVersioning.about),
      .init(
        name: "accumulate", values: .count(SizeLimit.microbatches, automatic: "as many as stages"),
        about: "pipedream-2bw: microbatches of one update"),
      .init(name: "balance", values: StageWeight.words, about: StageWeight.about),
      .init(
        name: "cuts", values: .names(automatic: "as balance says"),
        about: "layers at which the next stage begins, as conv2/linear1"),
      .init(
        name: "replicas", values: .counts(automatic: "one each"),
        about: "devices of each stage that take microbatches in turn, as 3/1"),
    ] + GradientBuckets.options)

  public init(_ values: StrategyOptions) {
    self.init(
      schedule: values.word("schedule") ?? .oneForwardOneBackward, stages: values.count("stages"),
      chunks: values.count("chunks"), recompute: values.word("recompute") ?? .off,
      weights: values.word("weights"), accumulate: values.count("accumulate"),
      balance: values.word("balance") ?? .flops, cuts: values.names("cuts"), replicas: values.counts("replicas"),
      buckets: GradientBuckets(values))
  }

  public var strategy: Strategy { .pipeline(self) }
  public var options: [String?] {
    [
      schedule.rawValue, stages.map(String.init), chunks.map(String.init),
      recompute == .off ? nil : recompute.rawValue, weights?.rawValue, accumulate.map(String.init),
      balance == .flops ? nil : balance.rawValue,
      cuts.isEmpty ? nil : cuts.joined(separator: "/"),
      replicas.isEmpty ? nil : replicas.map(String.init).joined(separator: "/"),
    ] + buckets.texts
  }
}

/// The order of forward and backward in a pipeline. All but the last two give the serial gradient.
public enum PipelineSchedule: String, Hashable, Sendable, CaseIterable {
  /// One forward, one backward once the pipeline is full, with a flush (Narayanan et al. 2021, DAPPLE).
  case oneForwardOneBackward = "1f1b"
  /// All forwards, then all backwards in reverse order (Huang et al. 2019).
  case gpipe
  /// One microbatch after the other: one device works at a time.
  case sequential
  /// 1F1B over several stages per device (Narayanan et al. 2021).
  case interleaved
  /// 1F1B with split backward and weight gradients put off, memory of 1F1B (Qi et al. 2023).
  case zeroBubbleH1 = "zb-h1"
  /// The same with more forwards ahead: nearly no bubble for twice the memory.
  case zeroBubbleH2 = "zb-h2"
  /// Stages folded into a V over the devices, split backward.
  case zeroBubbleV = "zb-v"
  /// Two pipelines in opposite directions over the same devices (Li and Hoefler 2021).
  case chimera
  /// 1F1B with an update after every backward instead of a flush (Narayanan et al. 2019): microbatches are minibatches of
  /// their own, and early stages use weights that are several updates old.
  case pipedream
  /// An update after every group of microbatches, two versions of the weights: all stages use weights that are one update
  /// old (Narayanan et al. 2021).
  case pipedream2BW = "pipedream-2bw"

  static let about =
    "1f1b keeps few microbatches in flight, gpipe runs all forwards first; zb split backward, chimera runs both ways, "
    + "pipedream updates without a flush"
}

/// What pipeline stages are to have equally much of.
public enum StageWeight: String, Hashable, Sendable, CaseIterable {
  /// Floating-point operations of forward and backward, and output words.
  case flops
  /// Parameters, where memory is what counts.
  case parameters
  /// Seconds of forward and backward, as measured or calibrated (``Compiler/layerSeconds``).
  case measured

  static let about = "what stages have equally much of: arithmetic, parameters, or measured time"
}

extension Strategy {
  /// Whether the strategy asks for measured times of layers (``Compiler/layerSeconds``).
  public var needsLayerSeconds: Bool {
    if case .pipeline(let pipeline) = self { pipeline.balance == .measured && pipeline.cuts.isEmpty } else { false }
  }

  /// A pipeline with a choice of schedule.
  public static func pipeline(schedule: PipelineSchedule, stages: Int? = nil) -> Strategy {
    .pipeline(PipelineParallel(schedule: schedule, stages: stages))
  }

  /// A 1F1B pipeline of so many stages.
  public static func pipeline(stages: Int) -> Strategy { .pipeline(PipelineParallel(stages: stages)) }
}
