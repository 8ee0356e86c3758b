/// A partitioning strategy as people name it. `description` is the strategy text; ``init(parsing:)`` reads it back.
public enum Strategy: Hashable, Sendable, CustomStringConvertible {
  /// One device does everything.
  case serial
  /// Every device has the whole model and part of the samples.
  case data(exchange: ExchangeAlgorithm = .ring)
  /// Every device has some output channels of every layer and all samples.
  case model(split: ModelSplit = .k)
  /// Every device has some consecutive layers; microbatches flow through.
  case pipeline(schedule: PipelineSchedule = .oneForwardOneBackward, stages: Int? = nil)
  /// Every layer as its line says: full control.
  case layers(LayerTable)

  public var description: String {
    switch self {
    case .serial: "serial"
    case .data(let exchange): "data(exchange=\(exchange.rawValue))"
    case .model(let split): "model(split=\(split.rawValue))"
    case .pipeline(let schedule, let stages):
      "pipeline(schedule=\(schedule.rawValue)\(stages.map { ", stages=\($0)" } ?? ""))"
    case .layers(let table): table.description
    }
  }
}

/// The dimension by which `model(…)` cuts layers.
public enum ModelSplit: String, Hashable, Sendable, CaseIterable {
  /// Output channels or neurons.
  case k
  /// Input channels or neurons: partial sums that are scattered over the devices.
  case c
  /// Rows of images, with halos; feature vectors by `k`.
  case h
  /// Columns of images, with halos; feature vectors by `k`.
  case w
}

/// The order of forward and backward in a pipeline.
public enum PipelineSchedule: String, Hashable, Sendable, CaseIterable {
  /// All forwards, then all backwards in reverse order (Huang et al. 2019).
  case gpipe
  /// One forward, one backward once the pipeline is full, with a flush (Narayanan et al. 2021, DAPPLE).
  case oneForwardOneBackward = "1f1b"
}
