/// Data, model and pipeline parallelism at once, as in DistBelief's replicas of partitioned models (Dean et al. 2012).
///
/// Devices are numbered with the model dimension fastest, then the pipeline, then the data: those that talk most are neighbours.
public struct Mesh: StrategyConfiguration {
  /// Replicas of the model; nil takes the devices that the other two leave.
  public var data: Int?
  /// Devices that share every layer of a stage.
  public var model: Int
  /// Stages.
  public var pipeline: Int
  public var schedule: PipelineSchedule
  /// What the model dimension cuts.
  public var split: ModelSplit
  public var exchange: ExchangeAlgorithm
  /// What devices with the same parameters keep only a part of.
  public var shard: StateSharding
  /// How gradients are put together and when they are exchanged.
  public var buckets: GradientBuckets
  /// As ``PipelineParallel/recompute``.
  public var recompute: Switch

  public init(
    data: Int? = nil, model: Int = 1, pipeline: Int = 1, schedule: PipelineSchedule = .oneForwardOneBackward,
    split: ModelSplit = .k, exchange: ExchangeAlgorithm = .ring,
    shard: StateSharding = .none, buckets: GradientBuckets = GradientBuckets(), recompute: Switch = .off
  ) {
    self.data = data
    self.model = model
    self.pipeline = pipeline
    self.schedule = schedule
    self.split = split
    self.exchange = exchange
    self.shard = shard
    self.recompute = recompute
    self.buckets = buckets
  }

  public static let kind = StrategyKind(
    name: "mesh", about: "replicas of a pipeline of stages, each shared by several devices",
    options: [
      .init(name: "data", values: .count(automatic: "the devices that are left"), about: "replicas of the model"),
      .init(name: "model", values: .count(automatic: "1"), about: "devices that share every layer"),
      .init(name: "pipeline", values: .count(automatic: "1"), about: "stages"),
      .init(name: "schedule", values: PipelineSchedule.words, about: PipelineSchedule.about),
      .init(name: "split", values: ModelSplit.words, about: "what the model dimension cuts: " + ModelSplit.about),
      .init(name: "exchange", values: ExchangeAlgorithm.words, about: ExchangeAlgorithm.about),
    ] + GradientBuckets.options + [
      .init(name: "shard", values: StateSharding.words, about: StateSharding.about),
      .init(name: "recompute", values: Switch.words, about: PipelineParallel.aboutRecomputation),
    ])

  public init(_ values: StrategyOptions) {
    self.init(
      data: values.count("data"), model: values.count("model") ?? 1, pipeline: values.count("pipeline") ?? 1,
      schedule: values.word("schedule") ?? .oneForwardOneBackward, split: values.word("split") ?? .k,
      exchange: values.word("exchange") ?? .ring, shard: values.word("shard") ?? .none,
      buckets: GradientBuckets(values), recompute: values.word("recompute") ?? .off)
  }

  public var strategy: Strategy { .mesh(self) }
  public var options: [String?] {
    [
      data.map(String.init), "\(model)", "\(pipeline)", schedule.rawValue, split == .k ? nil : split.rawValue,
      exchange == .ring ? nil : exchange.rawValue,
    ] + buckets.texts + [
      shard == .none ? nil : shard.rawValue, recompute == .off ? nil : recompute.rawValue,
    ]
  }
}
