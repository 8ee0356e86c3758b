/// What each channel of a program carried, counted by an executor where it hands messages over: over a whole run, or in one
/// step by the program.
public struct CarriedTraffic: Hashable, Sendable {
  /// By channel number.
  public var bytes: [Int]
  public var messages: [Int]

  public init(bytes: [Int], messages: [Int]) {
    self.bytes = bytes
    self.messages = messages
  }

  /// What one step of a program sends, by its messages and their weight on the wire.
  public init(expectedOf program: Program) {
    bytes = Array(repeating: 0, count: program.channels.count)
    messages = bytes
    for message in program.messages.entries {
      bytes[message.channel.position] += program.wireBytes(message)
      messages[message.channel.position] += 1
    }
  }
}
