import Diagnostics
import Networks
import Programs

/// Which samples share the mean and variance of batch normalisation. Devices that have rows, columns of the same samples
/// always share them: an image is normalised as a whole.
public enum BatchStatistics: Hashable, Sendable {
  /// Each part of the samples for itself, as most data-parallel training does: nothing travels, and the result depends on
  /// the number of devices.
  case local
  /// Fixed groups of so many consecutive samples of the batch, whatever the number of devices (ghost batch normalisation,
  /// Hoffer, Hubara and Soudry 2017). A group that is larger than a device's part is merged over devices.
  case ghost(Int)
  /// All samples of a microbatch: every device sends its sums to every other, forward and backward.
  case synchronised

  /// The choices without their numbers, as texts name them.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    case local
    case synchronised
    case ghost
  }

  public var kind: Kind {
    switch self {
    case .local: .local
    case .ghost: .ghost
    case .synchronised: .synchronised
    }
  }

  /// Samples of a ghost group; nil for the others.
  public var ghostSize: Int? { if case .ghost(let size) = self { size } else { nil } }

  /// Samples of a ghost group where a text names none.
  public static let usualGhostSize = 16

  /// What a text says. A size alone means ghost groups.
  init(kind: Kind?, ghostSize: Int?) {
    switch kind ?? (ghostSize == nil ? .local : .ghost) {
    case .local: self = .local
    case .synchronised: self = .synchronised
    case .ghost: self = .ghost(ghostSize ?? Self.usualGhostSize)
    }
  }

  /// The groups within samples of one device, of a microbatch of which these are a part. Ghost groups count from the
  /// batch's first sample.
  func groups(of own: Range<Int>, microbatch: Range<Int>) -> [Range<Int>] {
    switch self {
    case .local: [own]
    case .synchronised: [microbatch]
    case .ghost(let size):
      stride(from: own.lowerBound / size * size, to: own.upperBound, by: size).map { $0..<$0 + size }
    }
  }
}

extension PartitioningConstructor {
  /// - Throws: where a batch or a microbatch does not consist of whole ghost groups, or a part of one neither consists of
  ///   whole groups nor lies inside one.
  func checkStatistics(_ partitioning: Partitioning) throws(DiagnosticList) {
    guard case .ghost(let size) = partitioning.statistics else { return }
    let layers = graph.nodes.filter(\.kind.isBatchNorm)
    guard !layers.isEmpty else { return }
    guard size <= batch, batch % size == 0 else {
      throw refusal(
        "a batch of \(batch) does not consist of whole ghost groups of \(size) samples",
        hint: "a ghost size that divides \(batch)")
    }
    for number in 0..<partitioning.microbatches {
      let microbatch = (0..<batch).cut(number, of: partitioning.microbatches)
      guard microbatch.lowerBound % size == 0, microbatch.upperBound % size == 0 else {
        throw refusal(
          "microbatch \(number), samples \(microbatch), does not consist of whole ghost groups of \(size) samples",
          hint: "fewer microbatches or a smaller ghost size")
      }
      for layer in layers {
        let split = partitioning.splits[layer.index]
        for part in 0..<split.n {
          let own = microbatch.cut(part, of: split.n)
          let isInside = own.lowerBound / size == (own.upperBound - 1) / size
          guard isInside || (own.lowerBound % size == 0 && own.upperBound % size == 0) else {
            throw refusal(
              "layer '\(layer.name)': samples \(own) of one part are neither whole ghost groups of \(size) samples nor inside one",
              hint: "parts of a multiple or a fraction of \(size) samples")
          }
        }
      }
    }
  }
}
