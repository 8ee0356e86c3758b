/// An option that is on or off.
public enum Switch: String, Hashable, Sendable, CaseIterable {
  case off
  case on
}
