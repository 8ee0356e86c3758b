/// What a device was doing during a span. Raw values are the names in exports.
public enum SpanKind: String, Hashable, Sendable, CaseIterable, Codable {
  case load
  case forward
  case backward
  case backwardInput = "backward_input"
  case backwardWeight = "backward_weight"
  /// Batch normalisation's sums over a device's part of a group that several devices share.
  case statistics
  case loss
  /// Clearing a buffer that arithmetic will add to.
  case zero
  case update
  case copy
  /// Received words added to a buffer.
  case accumulate
  /// Handing a message to its channel.
  case send
  /// A message on the wire while its receiver had nothing else to do.
  case receive
  case wait
  case overhead
  case idle

  /// The part of the additive breakdown that a span of this kind belongs to.
  public var activity: Activity {
    switch self {
    case .load, .forward, .backward, .backwardInput, .backwardWeight, .statistics, .loss, .zero, .update: .compute
    case .copy, .accumulate, .receive: .communication
    case .wait: .wait
    case .send, .overhead: .overhead
    case .idle: .idle
    }
  }

  /// Says on screen and in pictures what colour alone must not say.
  public var letter: Character {
    switch self {
    case .load: "D"
    case .forward: "F"
    case .backward: "B"
    case .backwardInput: "I"
    case .backwardWeight: "W"
    case .statistics: "S"
    case .loss: "L"
    case .zero: "Z"
    case .update: "U"
    case .copy: "c"
    case .accumulate: "+"
    case .send: "s"
    case .receive: "r"
    case .wait: "~"
    case .overhead: "o"
    case .idle: "."
    }
  }

  /// One line for legends and help.
  public var explanation: String {
    switch self {
    case .load: "loading samples and labels"
    case .forward: "forward pass of a layer"
    case .backward: "backward pass of a layer"
    case .backwardInput: "backward pass, gradient of the input only"
    case .backwardWeight: "backward pass, gradient of the parameters only"
    case .statistics: "sums of batch normalisation for other devices"
    case .loss: "loss and its gradient"
    case .zero: "clearing a buffer"
    case .update: "optimizer step"
    case .copy: "copying words for or from a message"
    case .accumulate: "adding received words"
    case .send: "handing a message over"
    case .receive: "a message on the wire, nothing else to do"
    case .wait: "waiting for another device"
    case .overhead: "the runtime's own work"
    case .idle: "no work"
    }
  }
}

/// The five parts into which every nanosecond of a device's window falls, strongest first: a nanosecond that belongs to
/// several counts for the first of them.
public enum Activity: String, Hashable, Sendable, CaseIterable, Codable {
  case compute
  case communication
  case wait
  case overhead
  case idle
}

/// Why a device waited. Raw values are the keys of the report's `waits`.
public enum WaitCause: String, Hashable, Sendable, CaseIterable, Codable {
  /// The receiver was there before the message's transfer began (Scalasca's Late Sender).
  case lateSender = "late_sender"
  /// The channel was full: the receiver has not taken earlier messages yet.
  case backPressure = "back_pressure"

  /// One sentence for people.
  public var explanation: String {
    switch self {
    case .lateSender: "blocked in a receive before the other device had begun to send"
    case .backPressure: "blocked in a send because the channel was full"
    }
  }
}
