import Programs

/// Why a run ended early: what went wrong first, and where.
public struct EngineFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// The device that failed; nil where no single one did.
  public var device: Int?
  /// The step, counted from 0.
  public var step: Int?
  /// Position in the device's instructions.
  public var instruction: Int?
  /// What went wrong, in one sentence.
  public var message: String
  /// The instructions around the place, the one that failed marked `<-- here`.
  public var excerpt: String?

  public init(
    device: Int? = nil, step: Int? = nil, instruction: Int? = nil, message: String, excerpt: String? = nil
  ) {
    self.device = device
    self.step = step
    self.instruction = instruction
    self.message = message
    self.excerpt = excerpt
  }

  /// `device 1, step 3: …`, then the excerpt.
  public var description: String {
    let places = [
      device.map { "device \($0)" }, step.map { "step \($0)" }, instruction.map { "instruction \($0)" },
    ].compactMap { $0 }
    let head = places.isEmpty ? message : "\(places.joined(separator: ", ")): \(message)"
    return excerpt.map { "\(head)\n\($0)" } ?? head
  }
}
