import Diagnostics
import Networks
import Programs

/// How one layer's work is cut: a degree per dimension and the devices that take the parts.
///
/// Devices are numbered through the parts with `w` fastest, then `h`, `c`, `k` and `n`, and through the groups of `m` slowest.
/// More devices than parts means that each part is computed by several devices (replicas): in its group, the device at
/// position `p` takes part `p mod parts`. A device that is named several times takes several parts.
public struct Split: Hashable, Sendable, CustomStringConvertible {
  /// Groups of devices that take microbatches in turn: microbatch `i` is the work of group `i mod m` alone.
  public var m: Int
  public var n: Int
  public var k: Int
  /// Input channels or neurons: a cut of the sum. Each part computes a partial sum of the same box.
  public var c: Int
  public var h: Int
  public var w: Int
  /// In the order of the groups and parts; a multiple of `m` · ``parts`` long.
  public var devices: [Int]
  /// How the devices compute the layer together.
  public var algorithm = LayerAlgorithm.boxes

  public init(m: Int = 1, n: Int = 1, k: Int = 1, c: Int = 1, h: Int = 1, w: Int = 1, devices: [Int]) {
    self.m = m
    self.n = n
    self.k = k
    self.c = c
    self.h = h
    self.w = w
    self.devices = devices
  }

  /// Parts of all groups together, the largest number where they are more.
  var places: Int { [m, n, k, c, h, w].saturatingProduct }
  /// Parts of one microbatch's work.
  public var parts: Int { n * k * c * h * w }
  /// How many devices compute each part.
  public var replicas: Int { devices.count / (m * parts) }

  /// How the work on one microbatch is cut: this split on the group whose turn it is.
  public func turn(of microbatch: Int) -> Split {
    if m == 1 { return self }
    var group = self
    group.m = 1
    group.devices = Array(devices[devices.indices.cut(microbatch % m, of: m)])
    return group
  }

  /// `n=2 k=2 | 0 1 2 3`
  public var description: String {
    if let algorithmText { return algorithmText }
    let degrees = [("m", m), ("n", n), ("k", k), ("c", c), ("h", h), ("w", w)].filter { $0.1 > 1 }.map {
      "\($0.0)=\($0.1)"
    }
    return (degrees.isEmpty ? ["n=1"] : degrees).joined(separator: " ") + " | "
      + devices.map(String.init).joined(separator: " ")
  }

  /// The part of `samples` × `shape` at each position of the ``devices`` of one group; parts may be empty where a dimension
  /// is shorter than its degree.
  ///
  /// - Parameter channelUnit: channels that must stay together (a flattened image's pixels of one channel).
  public func boxes(samples: Range<Int>, shape: Shape, channelUnit: Int = 1) -> [Box] {
    devices.indices.map { position in
      let at = coordinates(position)
      let units = (0..<shape.channels / channelUnit).cut(at.k, of: k)
      return Box(
        n: samples.cut(at.n, of: n), k: units.lowerBound * channelUnit..<units.upperBound * channelUnit,
        h: (0..<shape.height).cut(at.h, of: h), w: (0..<shape.width).cut(at.w, of: w))
    }
  }

  /// Which part of each dimension the device at a position takes.
  func coordinates(_ position: Int) -> (n: Int, k: Int, c: Int, h: Int, w: Int) {
    var part = position % parts
    func take(_ degree: Int) -> Int {
      defer { part /= degree }
      return part % degree
    }
    let (columns, rows, inputs) = (take(w), take(h), take(c))
    let channels = take(k)
    return (take(n), channels, inputs, rows, columns)
  }
}

extension Range<Int> {
  /// Part `index` of `parts` nearly equal parts: sizes are the floor or the ceiling of count / parts.
  public func cut(_ index: Int, of parts: Int) -> Range<Int> {
    lowerBound + index * count / parts..<lowerBound + (index + 1) * count / parts
  }
}
