/// What devices that hold the same parameters keep only 1/P of (ZeRO: Rajbhandari et al. 2020).
public enum StateSharding: String, Hashable, Sendable, CaseIterable {
  /// Nothing: every device has all of everything.
  case none
  /// Stage 1: the optimizer's states. Each device updates its part and gives it to the others.
  case optimizer
  /// Stage 2: gradients too. A layer's gradient is scattered as soon as it is computed.
  case gradients
  /// Stage 3: parameters too. A layer's parameters are gathered when it needs them and dropped afterwards.
  case parameters
}
