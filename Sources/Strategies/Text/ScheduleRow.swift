import Programs

/// The order of actions of one or several devices in a schedule written by hand: `schedule 0 | 0F0 0F1 0B0 0B1`.
public struct ScheduleRow: Hashable, Sendable, CustomStringConvertible {
  /// Devices that do the same.
  public var devices: [Int]
  public var actions: [Action]

  public init(devices: [Int], actions: [Action]) {
    self.devices = devices
    self.actions = actions
  }

  public var description: String {
    "schedule \(devices.map(String.init).joined(separator: " ")) | \(actions.map(\.description).joined(separator: " "))"
  }
}
