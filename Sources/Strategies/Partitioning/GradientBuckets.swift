import Diagnostics

/// What the exchange of gradients and the updates that follow from it run beside.
public enum GradientOverlap: String, Hashable, Sendable, CaseIterable {
  /// Nothing: they come after all of backward.
  case off
  /// The backward of earlier layers: a bucket begins when backward has completed its gradients. The step ends when all have
  /// ended.
  case on
  /// Backward and, over the border of the step, the next step's forward, which waits for each layer's update alone. Messages go
  /// in the order of backward.
  case across
  /// The same, and what the next forward needs first goes first.
  case priority

  /// Whether steps run into each other.
  public var crossesBorder: Bool { self == .across || self == .priority }
}

/// How the gradients that a group of devices adds up are put together for exchange, and when they are exchanged.
///
/// *Wait-free backpropagation* (Zhang et al. 2017, Poseidon): backward gives the gradients of the last layers first, and
/// these can travel while earlier layers compute. *Buckets* (Li et al. 2020, PyTorch's DistributedDataParallel): gradients of
/// neighbouring layers travel together, so that small layers do not pay a latency each.
///
/// *Crossing the border* (Peng et al. 2019, ByteScheduler): the next step's forward waits for no exchange but those of the layers
/// that it computes, so exchange is hidden behind it too. *Priority* (Jayarajan et al. 2019, P3): the layers that it needs first
/// go first.
public struct GradientBuckets: Hashable, Sendable {
  /// What exchange and update of a bucket run beside.
  public var overlap: GradientOverlap
  /// Layers are put together from the last to the first until their gradients have so many bytes. Nil makes every layer a
  /// bucket where exchange overlaps, and else all layers together one.
  public var size: ByteSize?

  public init(overlap: GradientOverlap = .off, size: ByteSize? = nil) {
    self.overlap = overlap
    self.size = size
  }

  /// The options of strategies whose gradients are exchanged in groups.
  static let options: [StrategyKind.Option] = [
    .init(
      name: "overlap", values: GradientOverlap.words,
      about:
        "on: exchange and update while backward goes on; across: also while the next step goes forward; priority: there first what it needs first"
    ),
    .init(
      name: "bucket", values: .size(automatic: "each layer with overlap, else all at once"),
      about: "gradients travel together until they have so many bytes, as 4kB or 1MB, from the last layer to the first"),
  ]

  init(_ values: StrategyOptions) { self.init(overlap: values.word("overlap") ?? .off, size: values.size("bucket")) }

  /// The options as they are printed, in the order of ``options``.
  var texts: [String?] { [overlap == .off ? nil : overlap.rawValue, size?.description] }

  /// Cuts layers into buckets, each in the order of the layers, the last layers' bucket first.
  ///
  /// - Parameter layers: The bytes of each layer's gradients, in the order of the graph. Layers without gradients go with
  ///   those that come before them in the graph.
  /// - Returns: consecutive ranges of places in `layers` that together cover all of them.
  func cut(_ layers: [Int]) -> [Range<Int>] {
    guard overlap != .off || size != nil, !layers.isEmpty else { return [layers.indices] }
    var buckets: [Range<Int>] = []
    var (bytes, end) = (0, layers.endIndex)
    for place in layers.indices.reversed() {
      bytes += layers[place]
      guard bytes > 0, bytes >= size?.bytes ?? 1 else { continue }
      buckets.append(place..<end)
      (bytes, end) = (0, place)
    }
    if end > 0 {
      // A bucket without any gradients would be none.
      if bytes > 0 || buckets.isEmpty {
        buckets.append(0..<end)
      } else {
        buckets[buckets.count - 1] = 0..<buckets[buckets.count - 1].upperBound
      }
    }
    return buckets
  }
}

extension PartitioningConstructor {
  /// - Throws: where gradients travel otherwise than in buckets.
  func checkBuckets(_ result: inout Partitioning) throws(DiagnosticList) {
    guard result.buckets != GradientBuckets() else { return }
    if result.shard.isByLayer {
      guard result.buckets.size == nil else {
        throw refusal(
          "shard=\(result.shard.rawValue) scatters the gradients of every layer by themselves during backward, so there are no buckets",
          hint: "leave `bucket` out, or shard=optimizer")
      }
      result.assumptions.append(
        "shard=\(result.shard.rawValue) scatters gradients while backward goes on, with and without overlap=\(result.buckets.overlap.rawValue)"
      )
      result.buckets.overlap = .on
    } else if reducingStages(result).isEmpty {
      result.assumptions.append("no gradients are exchanged, so there is nothing to overlap")
    } else if result.buckets.overlap.crossesBorder {
      result.assumptions.append(
        "steps run into each other: the next step begins while gradients of this one travel, and each layer's forward waits for its own update; what is learned is the same"
      )
      if result.buckets.overlap == .priority {
        result.assumptions.append(
          "gradients of the first layers go first, behind activations; a message on the wire is not interrupted")
      }
    }
  }
}
