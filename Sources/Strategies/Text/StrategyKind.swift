/// One kind of strategy with its options: what menus, help texts and the parser share.
public struct StrategyKind: Hashable, Sendable {
  /// An option of the text form.
  public struct Option: Hashable, Sendable {
    public enum Values: Hashable, Sendable {
      /// One of these words; the first is the default.
      case words([String])
      /// A whole number of at least 1; left out means automatic.
      case count
    }
    public var name: String
    public var values: Values
    /// One line for help.
    public var about: String
  }

  public var name: String
  /// One line for help.
  public var about: String
  public var options: [Option]

  /// Every kind, in the order of menus.
  public static let all: [StrategyKind] = [
    StrategyKind(name: "serial", about: "one device does everything: the reference", options: []),
    StrategyKind(
      name: "data", about: "every device has the whole model and part of the samples; gradients are summed",
      options: [
        Option(
          name: "exchange", values: .words(ExchangeAlgorithm.allCases.map(\.rawValue)),
          about: "how gradients are summed: around a ring, or everyone to everyone")
      ]),
    StrategyKind(
      name: "model", about: "every device has some channels of every layer and all samples; activations travel",
      options: [
        Option(
          name: "split", values: .words(ModelSplit.allCases.map(\.rawValue)),
          about: "what is cut: k outputs, c inputs (partial sums), h rows or w columns of images")
      ]),
    StrategyKind(
      name: "pipeline", about: "every device has some consecutive layers; microbatches flow through",
      options: [
        Option(
          name: "schedule",
          values: .words([PipelineSchedule.oneForwardOneBackward.rawValue, PipelineSchedule.gpipe.rawValue]),
          about: "1f1b keeps few microbatches in flight, gpipe runs all forwards first"),
        Option(name: "stages", values: .count, about: "how many stages; one per device when left out"),
      ]),
  ]
}
