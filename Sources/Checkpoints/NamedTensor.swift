/// One array of a checkpoint.
public struct NamedTensor: Hashable, Sendable {
  /// As `conv1.weight`.
  public var name: String
  /// Extents, the first varying slowest; empty for a single number.
  public var shape: [Int]
  /// As many as the product of `shape`.
  public var values: [Float]

  /// A tensor; its values are counted when it is encoded.
  public init(name: String, shape: [Int], values: [Float]) {
    self.name = name
    self.shape = shape
    self.values = values
  }
}

/// What a file of parameters holds.
public struct Checkpoint: Hashable, Sendable {
  /// In the order of their data in the file.
  public var tensors: [NamedTensor]
  /// Text that travels along, as who made the file.
  public var metadata: [String: String]

  /// What is to be written.
  public init(_ tensors: [NamedTensor], metadata: [String: String] = [:]) {
    self.tensors = tensors
    self.metadata = metadata
  }

  /// The tensor of that name.
  public func tensor(named name: String) -> NamedTensor? { tensors.first { $0.name == name } }
}
