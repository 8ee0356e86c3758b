/// A four-dimensional local extent: samples × channels × height × width, stored contiguously in that order.
public struct Extent4: Hashable, Sendable, CustomStringConvertible {
  public var n: Int
  public var k: Int
  public var h: Int
  public var w: Int

  public init(n: Int, k: Int, h: Int = 1, w: Int = 1) {
    self.n = n
    self.k = k
    self.h = h
    self.w = w
  }

  /// Words.
  public var count: Int { n * k * h * w }
  /// Words of one sample.
  public var sampleCount: Int { k * h * w }
  public var description: String { "\(n)×\(k)×\(h)×\(w)" }
}

/// Batch normalisation whose groups of samples lie on several devices: each member has a part of every group.
public struct StatisticsMembers: Hashable, Sendable {
  /// Words of one channel that each member has of each group: `counts[member][group]`, members in rank order.
  public var counts: [[Int]]
  /// This part's rank.
  public var own: Int

  public init(counts: [[Int]], own: Int) {
    self.counts = counts
    self.own = own
  }
}

/// The part of a layer's work that one device does for one microbatch: what a kernel needs to know, and no more.
///
/// Inputs hold exactly the words that the output needs (halos included), so a kernel never asks which part of the whole
/// layer it computes; `window.padding` is the padding left over at the borders of the whole image.
public struct LayerGeometry: Hashable, Sendable {
  /// The layer, with `outputs` and `window.padding` already those of this part. For tiled and locally connected layers
  /// `sharing` is `.tiled(filters that the part holds)`: rows and columns of filters repeat with them.
  public var kind: LayerKind
  public var inputs: [Extent4]
  public var output: Extent4
  /// The first sample's place in the global batch and the output box's first channel, row and column in the whole layer:
  /// counter-based random numbers (dropout) depend on the whole, not on the part.
  public var origin: Extent4
  /// The whole layer's output of one sample, for the same purpose.
  public var wholeOutput: Shape
  /// Tiled layers: which of the part's rows and columns of filters is that of its first row and column of output.
  public var firstFilter: Extent
  /// Batch normalisation: how many consecutive samples share statistics; they add up to `output.n`.
  public var statisticsGroups: [Int]
  /// Batch normalisation: whether each group enters the running statistics, in order.
  public var updatesRunningStatistics: [Bool]
  /// Batch normalisation: who has parts of the same groups; nil where every group is this part's alone.
  public var statisticsMembers: StatisticsMembers?

  public init(
    kind: LayerKind, inputs: [Extent4], output: Extent4, origin: Extent4 = Extent4(n: 0, k: 0, h: 0, w: 0),
    wholeOutput: Shape, firstFilter: Extent = Extent(0), statisticsGroups: [Int]? = nil,
    updatesRunningStatistics: [Bool]? = nil, statisticsMembers: StatisticsMembers? = nil
  ) {
    self.kind = kind
    self.inputs = inputs
    self.output = output
    self.origin = origin
    self.wholeOutput = wholeOutput
    self.firstFilter = firstFilter
    self.statisticsGroups = statisticsGroups ?? [output.n]
    self.updatesRunningStatistics =
      updatesRunningStatistics ?? Array(repeating: true, count: self.statisticsGroups.count)
    self.statisticsMembers = statisticsMembers
  }
}
