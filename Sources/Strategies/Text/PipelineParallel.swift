/// Every device has some consecutive layers; microbatches flow through.
public struct PipelineParallel: StrategyConfiguration {
  public var schedule: PipelineSchedule
  /// Nil puts one stage on each device, or as many as the schedule wants.
  public var stages: Int?
  /// Parts of the model on each device in an interleaved schedule; nil means 2.
  public var chunks: Int?
  /// Keep a stage's inputs alone and repeat its forward before its backward (Chen et al. 2016).
  public var recompute: Switch

  public init(
    schedule: PipelineSchedule = .oneForwardOneBackward, stages: Int? = nil, chunks: Int? = nil,
    recompute: Switch = .off
  ) {
    self.schedule = schedule
    self.stages = stages
    self.chunks = chunks
    self.recompute = recompute
  }

  public static let kind = StrategyKind(
    name: "pipeline", about: "every device has some consecutive layers; microbatches flow through",
    options: [
      .init(name: "schedule", values: PipelineSchedule.words, about: PipelineSchedule.about),
      .init(name: "stages", values: .count(automatic: "as the schedule wants"), about: "how many stages"),
      .init(name: "chunks", values: .count(automatic: "2 if interleaved"), about: "stages per device if interleaved"),
      .init(
        name: "recompute", values: Switch.words,
        about: "on: keep a stage's inputs alone and repeat forward before backward: less memory, more work"),
    ])

  public init(_ values: StrategyOptions) {
    self.init(
      schedule: values.word("schedule") ?? .oneForwardOneBackward, stages: values.count("stages"),
      chunks: values.count("chunks"), recompute: values.word("recompute") ?? .off)
  }

  public var strategy: Strategy { .pipeline(self) }
  public var options: [String?] {
    [
      schedule.rawValue, stages.map(String.init), chunks.map(String.init),
      recompute == .off ? nil : recompute.rawValue,
    ]
  }
}

/// The order of forward and backward in a pipeline. All give the serial gradient.
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

  static let about =
    "1f1b keeps few microbatches in flight, gpipe runs all forwards first; zb split backward, chimera runs both ways"
}

extension Strategy {
  /// A pipeline with a choice of schedule.
  public static func pipeline(schedule: PipelineSchedule, stages: Int? = nil) -> Strategy {
    .pipeline(PipelineParallel(schedule: schedule, stages: stages))
  }

  /// A 1F1B pipeline of so many stages.
  public static func pipeline(stages: Int) -> Strategy { .pipeline(PipelineParallel(stages: stages)) }
}
