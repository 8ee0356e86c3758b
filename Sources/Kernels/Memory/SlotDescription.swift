/// What words of a device's memory are for; peaks are reported per kind.
public enum MemoryKind: Int, CaseIterable, Sendable {
  /// Weights, biases and running statistics.
  case parameters
  /// Gradients of parameters.
  case gradients
  /// The optimizer's state: velocities and moments.
  case optimizer
  /// Outputs of layers, their gradients, and what forward leaves for backward.
  case activations
  /// Messages and what is put together from them.
  case buffers
  /// Words that kernels use while they work.
  case workspace
}

/// One numbered place of a device's memory: its size, and what it holds.
public struct SlotDescription: Hashable, Sendable {
  /// Float32 words.
  public var words: Int
  /// What the words are for; a view counts with its parent.
  public var kind: MemoryKind
  /// Defined, with zeros, from the beginning; never taken.
  public var persistent: Bool
  /// The slot in whose words this one lies, for a view; nil for a slot with words of its own.
  public var parent: Int?
  /// Where in its parent a view begins, in words.
  public var offset: Int

  /// A slot with words of its own, or, with a parent, a view.
  public init(words: Int, kind: MemoryKind, persistent: Bool = false, parent: Int? = nil, offset: Int = 0) {
    self.words = words
    self.kind = kind
    self.persistent = persistent
    self.parent = parent
    self.offset = offset
  }
}

/// Bytes of a device's memory, by kind and in total.
public struct MemoryBytes: Hashable, Sendable {
  private var byKind: [Int]
  /// In a peak this is the peak of the sum, which may be less than the sum of the kinds' peaks.
  public let total: Int

  init(byKind: [Int], total: Int) {
    self.byKind = byKind
    self.total = total
  }

  /// Bytes of one kind.
  public subscript(kind: MemoryKind) -> Int { byKind[kind.rawValue] }
}
