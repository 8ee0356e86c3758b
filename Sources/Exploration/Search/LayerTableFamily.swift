import Networks
import Strategies

/// Tables with a line per layer: for every layer with weights a choice of degrees and devices; other layers follow the one
/// that they read, as far as they can.
struct LayerTableFamily {
  let graph: Graph
  let batch: Int
  /// Nil leaves the number to the table, which takes one.
  let microbatches: Int?
  let devices: Int
  /// The layers with a choice.
  let layers: [Graph.Node]
  let choices: [[Split]]

  /// The ways to add up gradients that are looked at; a server would need a device of its own.
  static func exchanges(devices: Int) -> [ExchangeAlgorithm] {
    // Two devices do much the same in all of them.
    devices <= 2 ? [.ring, .direct] : [.ring, .recursiveDoubling, .halvingDoubling, .tree, .direct]
  }

  /// More values of one axis are not looked at: those on most devices stay.
  private static let mostChoices = 40

  init(_ graph: Graph, batch: Int, microbatches: Int? = nil, devices: Int) {
    let layers = graph.nodes.filter { $0.kind.hasChoice || $0.inputs.allSatisfy { $0 < 0 } }
    self.init(
      graph, batch: batch, microbatches: microbatches, devices: devices, layers: layers,
      choices: layers.map { Self.splits(of: $0, batch: batch, devices: devices) })
  }

  init(
    _ graph: Graph, batch: Int, microbatches: Int? = nil, devices: Int, layers: [Graph.Node], choices: [[Split]]
  ) {
    self.graph = graph
    self.batch = batch
    self.microbatches = microbatches
    self.devices = devices
    self.layers = layers
    self.choices = choices
  }

  /// - Parameter prices: what choices cost; nil where nobody knows.
  func family(prices: PriceSource? = nil) -> Family {
    let (table, choices) = (self, choices)
    let exchanges = Self.exchanges(devices: devices)
    // Everything on one device, everything by samples, everything by outputs.
    func uniform(_ isWanted: (Split) -> Bool) -> [Int] { choices.map { list in list.firstIndex(where: isWanted) ?? 0 } }
    let everyone = Array(0..<devices)
    return Family(
      name: "table of layers" + (microbatches.map { ", \($0) microbatches" } ?? ""),
      axes: [exchanges.count] + choices.map(\.count), prices: prices,
      starts: [
        uniform { $0.n == devices }, uniform { $0.k == devices && $0.devices == everyone },
        uniform { $0.devices == [0] },
      ].map { [0] + $0 }
    ) { point in
      let splits = zip(choices, point.dropFirst()).map { $0[$1] }
      // Where nobody adds up gradients, all exchanges are one.
      if point[0] > 0, !table.addsGradients(splits) { return nil }
      let text = table.text(splits, exchange: exchanges[point[0]])
      return (try? Strategy(parsing: text)).map { Candidate($0, microbatches: table.microbatches) }
    }
  }

  /// The table's text, with lines for the layers that cannot follow.
  func text(_ chosen: [Split], exchange: ExchangeAlgorithm = .ring) -> String {
    let lines = zip(graph.nodes, splits(chosen)).compactMap { node, cut in
      cut.isImplied ? nil : "\(node.name) \(cut.split)"
    }
    return ((exchange == .ring ? [] : ["exchange \(exchange.rawValue)"]) + lines).joined(separator: "\n")
  }

  /// Every layer's split, and whether a table without a line for the layer means the same.
  private func splits(_ chosen: [Split]) -> [(split: Split, isImplied: Bool)] {
    var splits: [(split: Split, isImplied: Bool)] = []
    for node in graph.nodes {
      if let place = layers.firstIndex(where: { $0.index == node.index }) {
        splits.append((chosen[place], false))
      } else {
        let producer = node.inputs.first { $0 >= 0 }.map { splits[$0].split }
        splits.append(node.follower(of: producer ?? Split(devices: [0]), batch: batch))
      }
    }
    return splits
  }

  /// Whether several devices hold the same parameters, so that it matters how gradients are added up.
  private func addsGradients(_ chosen: [Split]) -> Bool {
    zip(graph.nodes, splits(chosen)).contains { node, cut in
      !node.parameters.isEmpty && cut.split.devices.count > cut.split.k * cut.split.c
    }
  }

  /// The ways to cut a layer: over aligned blocks of devices, by one dimension or two, all of it on every device of a block
  /// included. With more than four devices blocks stand at the beginning alone, and fewer pairs of dimensions are looked at.
  static func splits(of node: Graph.Node, batch: Int, devices: Int) -> [Split] {
    var splits: [Split] = []
    for size in (1...devices).reversed() where devices % size == 0 {
      for first in stride(from: 0, to: devices <= 4 ? devices : 1, by: size) {
        let block = Array(first..<first + size)
        splits += Split.cuts(size, allPairs: devices <= 4).filter { node.allows($0, batch: batch) }.map { cut in
          var cut = cut
          cut.devices = block
          return cut
        }
        if size > 1, devices <= 4 { splits.append(Split(devices: block)) }
      }
    }
    let alone = Split(devices: [0])
    let few = splits.prefix(mostChoices - 1)
    return few.contains(alone) ? Array(few) : few + [alone]
  }
}

extension Split {
  /// The ways to make `parts` parts with one or two dimensions, without devices.
  fileprivate static func cuts(_ parts: Int, allPairs: Bool) -> [Split] {
    if parts == 1 { return [Split(devices: [])] }
    let dimensions: [WritableKeyPath<Split, Int>] = [\.n, \.k, \.c, \.h, \.w]
    var cuts = dimensions.map { dimension in
      var cut = Split(devices: [])
      cut[keyPath: dimension] = parts
      return cut
    }
    let pairs: [(WritableKeyPath<Split, Int>, WritableKeyPath<Split, Int>)] =
      [(\.n, \.k), (\.n, \.h)] + (allPairs ? [(\.n, \.c), (\.k, \.c), (\.h, \.w)] : [])
    for (one, other) in pairs {
      for degree in 2..<max(parts, 3) where parts % degree == 0 && parts / degree > 1 {
        var cut = Split(devices: [])
        cut[keyPath: one] = degree
        cut[keyPath: other] = parts / degree
        cuts.append(cut)
      }
    }
    return cuts
  }
}

extension LayerKind {
  /// Whether how the layer is cut is a question of its own.
  var hasChoice: Bool {
    switch self {
    case .linear, .conv2d, .profiled: true
    default: false
    }
  }

  var sumsInputs: Bool {
    switch self {
    case .linear, .conv2d: true
    default: false
    }
  }
}

extension Graph.Node {
  /// Channels that cannot be parted: a flattened image's pixels of one channel.
  private var unit: Int {
    switch kind {
    case .flatten: inputShapes[0].height * inputShapes[0].width
    case .heads: inputShapes[0].channels
    case .profiled: outputShape.channels
    default: 1
    }
  }

  /// Whether a layer has enough of everything for the degrees.
  func allows(_ split: Split, batch: Int) -> Bool {
    split.n <= batch && split.k <= outputShape.channels / unit && split.h <= outputShape.height
      && split.w <= outputShape.width && (split.c == 1 || kind.sumsInputs && split.c <= inputShapes[0].channels)
  }

  /// How a layer without a choice is cut behind its producer: like it, else by samples on the same devices, else on the
  /// first of them.
  ///
  /// - Returns: the split, and whether a table without a line for the layer means the same.
  func follower(of producer: Split, batch: Int) -> (split: Split, isImplied: Bool) {
    var split = producer
    (split.k, split.c) = (split.k * split.c, 1)
    if allows(split, batch: batch), outputShape.height > 1 || split.h * split.w == 1 { return (split, true) }
    let parts = Set(producer.devices).count
    if producer.devices.count == parts, parts * producer.m <= batch {
      return (Split(n: parts, devices: producer.devices), false)
    }
    return (Split(devices: [producer.devices[0]]), false)
  }
}
