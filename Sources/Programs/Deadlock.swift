import Diagnostics

/// A device that cannot go on, with the instruction that it is stuck at.
public struct BlockedDevice: Hashable, Sendable {
  public var device: Int
  /// Position in the device's instructions.
  public var position: Int

  public init(device: Int, position: Int) {
    self.device = device
    self.position = position
  }
}

extension Program {
  /// Devices that wait for each other, said in the same words whoever finds it: the verifier, or an executor.
  public func deadlock(_ blocked: [BlockedDevice]) -> Diagnostic {
    let summary = blocked.map { "device \($0.device) waits \(reason($0))" }.joined(separator: "; ")
    let excerpts = blocked.map { excerpt(device: $0.device, around: $0.position) }.joined(separator: "\n  …\n")
    return Diagnostic(
      "deadlock: \(summary)\n\(excerpts)", path: "program",
      hint: "the devices wait in a cycle; one of the marked instructions must come earlier")
  }

  private func reason(_ blocked: BlockedDevice) -> String {
    switch devices[blocked.device].instructions[blocked.position] {
    case .receive(let message): "for a message from device \(messages[message].from)"
    case .send(let message): "for room in the channel to device \(messages[message].to)"
    default: "for another lane of its own"
    }
  }
}
