/// Every device has some consecutive layers; microbatches flow through.
public struct PipelineParallel: StrategyConfiguration {
  public var schedule: PipelineSchedule
  /// Nil puts one stage on each device.
  public var stages: Int?

  public init(schedule: PipelineSchedule = .oneForwardOneBackward, stages: Int? = nil) {
    self.schedule = schedule
    self.stages = stages
  }

  public static let kind = StrategyKind(
    name: "pipeline", about: "every device has some consecutive layers; microbatches flow through",
    options: [
      .init(name: "schedule", values: PipelineSchedule.words, about: PipelineSchedule.about),
      .init(name: "stages", values: .count(automatic: "one per device"), about: "how many stages"),
    ])

  public init(_ values: StrategyOptions) {
    self.init(schedule: values.word("schedule") ?? .oneForwardOneBackward, stages: values.count("stages"))
  }

  public var strategy: Strategy { .pipeline(self) }
  public var options: [String?] { [schedule.rawValue, stages.map(String.init)] }
}

/// The order of forward and backward in a pipeline.
public enum PipelineSchedule: String, Hashable, Sendable, CaseIterable {
  /// One forward, one backward once the pipeline is full, with a flush (Narayanan et al. 2021, DAPPLE).
  case oneForwardOneBackward = "1f1b"
  /// All forwards, then all backwards in reverse order (Huang et al. 2019).
  case gpipe

  static let about = "1f1b keeps few microbatches in flight, gpipe runs all forwards first"
}

extension Strategy {
  /// A pipeline with a choice of schedule.
  public static func pipeline(schedule: PipelineSchedule, stages: Int? = nil) -> Strategy {
    .pipeline(PipelineParallel(schedule: schedule, stages: stages))
  }

  /// A 1F1B pipeline of so many stages.
  public static func pipeline(stages: Int) -> Strategy { .pipeline(PipelineParallel(stages: stages)) }
}
