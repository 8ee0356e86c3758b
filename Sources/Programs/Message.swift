/// Why words travel; the key of the report's `by_purpose`.
public enum Purpose: String, Hashable, Sendable, CaseIterable, Codable {
  case gradients
  case activations
  case activationGradients = "activation_gradients"
  case parameters
  case other
}

/// A one-way queue from one device to another that keeps order.
public struct Channel: Hashable, Sendable {
  public var from: Int
  public var to: Int
  /// Messages that may be under way before a sender has to wait.
  public var capacity: Int
  /// Of messages that wait for a wire, those of a channel with a smaller number are carried first; of equals in the order of
  /// sending.
  public var priority: Int

  public init(from: Int, to: Int, capacity: Int, priority: Int = 0) {
    self.from = from
    self.to = to
    self.capacity = capacity
    self.priority = priority
  }
}

extension [Channel] {
  /// Whether some messages overtake others in front of a wire.
  public var havePriorities: Bool { contains { $0.priority != self[0].priority } }
}

/// One buffer that moves from a device to another in every step.
public struct Message: Hashable, Sendable {
  public var channel: Index<Channel>
  public var from: Int
  public var to: Int
  public var words: Int
  public var purpose: Purpose
  /// The buffer that leaves, in the sender's table.
  public var sendBuffer: Index<Buffer>
  /// The buffer that arrives, in the receiver's table.
  public var receiveBuffer: Index<Buffer>
  public var collective: Index<Collective>?
  /// The layer whose activation or gradient travels.
  public var node: Int?
  public var microbatch: Int?

  public init(
    channel: Index<Channel>, from: Int, to: Int, words: Int, purpose: Purpose, sendBuffer: Index<Buffer>,
    receiveBuffer: Index<Buffer>, collective: Index<Collective>? = nil, node: Int? = nil, microbatch: Int? = nil
  ) {
    self.channel = channel
    self.from = from
    self.to = to
    self.words = words
    self.purpose = purpose
    self.sendBuffer = sendBuffer
    self.receiveBuffer = receiveBuffer
    self.collective = collective
    self.node = node
    self.microbatch = microbatch
  }

  /// Bytes on the wire.
  public var bytes: Int { 4 * words }
}

/// One operation of several devices together, lowered to sends, receives, copies and sums that carry its number.
public struct Collective: Hashable, Sendable {
  public enum Kind: String, Hashable, Sendable {
    case allReduce
    case allGather
    case reduceScatter
    /// The sum goes to one device.
    case reduce
    /// One device's array goes to all others.
    case broadcast
    /// Boxes from device to device that are none of these.
    case exchange
  }

  public var kind: Kind
  /// `ring`, `tree`, …, as the strategy text says.
  public var algorithm: String
  public var devices: [Int]
  /// Words of the whole array.
  public var words: Int
  public var purpose: Purpose
  /// Words that all devices together send by the closed form, with the form: `2n(P-1)`.
  public var expectedWords: Int
  public var formula: String
  /// Messages that all devices together send by the closed form; nil where there is none.
  public var expectedMessages: Int?
  /// For people: `gradients of 8 layers`.
  public var label: String

  public init(
    kind: Kind, algorithm: String, devices: [Int], words: Int, purpose: Purpose, expectedWords: Int, formula: String,
    expectedMessages: Int? = nil, label: String
  ) {
    self.kind = kind
    self.algorithm = algorithm
    self.devices = devices
    self.words = words
    self.purpose = purpose
    self.expectedWords = expectedWords
    self.formula = formula
    self.expectedMessages = expectedMessages
    self.label = label
  }
}
