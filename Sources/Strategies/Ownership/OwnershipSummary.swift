import Networks
import Programs

extension LayerOwnership {
  /// The dimensions of a layer's work that can be cut.
  public enum Dimension: String, CaseIterable, Hashable, Sendable {
    case n
    case k
    case c
    case h
    case w
  }

  /// In how many different ranges a dimension is cut within a microbatch, for those cut in more than one.
  public var degrees: [(dimension: Dimension, count: Int)] {
    guard let first = parts.first.map({ one in parts.filter { $0.microbatch == one.microbatch } }) else { return [] }
    let counts: [(Dimension, Int)] = [
      (.n, Set(first.map(\.output.n)).count), (.k, Set(first.map(\.output.k)).count),
      (.c, Set(first.compactMap(\.summed)).count), (.h, Set(first.map(\.output.h)).count),
      (.w, Set(first.map(\.output.w)).count),
    ]
    return counts.filter { $0.1 > 1 }.map { (dimension: $0.0, count: $0.1) }
  }

  /// `n=2 h=2`, or `whole`; with how many devices compute each part where it is several, and whether parts overlap.
  public var splitText: String {
    var words = degrees.map { "\($0.dimension.rawValue)=\($0.count)" }
    if words.isEmpty { words = ["whole"] }
    let first = parts.first.map { one in parts.filter { $0.microbatch == one.microbatch } } ?? []
    struct Piece: Hashable {
      var box: Box
      var summand: Int
    }
    let pieces = Set(first.map { Piece(box: $0.output, summand: $0.summand) })
    if first.count > pieces.count, first.count % pieces.count == 0 { words.append("×\(first.count / pieces.count)") }
    let overlaps = pieces.contains { a in
      pieces.contains { b in a != b && a.summand == b.summand && !a.box.intersection(b.box).isEmpty }
    }
    if overlaps { words.append("overlapping") }
    let perMicrobatch = Dictionary(grouping: parts, by: \.microbatch).values.map { Set($0.map(\.device)) }
    if Set(perMicrobatch).count > 1 { words.append("in turn") }
    return words.joined(separator: " ")
  }

  /// The most words that a device fetches of its inputs for one microbatch; 0 where everyone has what it needs.
  public var mostFetchedWords: Int {
    Dictionary(grouping: parts.filter { !$0.inputs.isEmpty }, by: \.device).values
      .map { $0.flatMap(\.inputs).reduce(0) { $0 + $1.fetchedWords } }.max() ?? 0
  }

  /// Rows and columns that a device fetches at the edges of what it has itself: the most above and below, left and right
  /// of any device's own box. Zero where nothing is fetched, or where what is fetched is no edge of an image.
  public var halo: Edges {
    var most = Edges()
    // Only windows reach beyond their own place; elsewhere what is fetched is another split's part.
    switch node.kind {
    case .conv2d, .maxPool, .averagePool: break
    default: return most
    }
    for input in parts.flatMap(\.inputs) {
      guard input.own.count == 1, let own = input.own.first, !input.fetched.isEmpty, own.n == input.needed.n,
        own.k == input.needed.k
      else { continue }
      most.top = max(most.top, own.h.lowerBound - input.needed.h.lowerBound)
      most.bottom = max(most.bottom, input.needed.h.upperBound - own.h.upperBound)
      most.left = max(most.left, own.w.lowerBound - input.needed.w.lowerBound)
      most.right = max(most.right, input.needed.w.upperBound - own.w.upperBound)
    }
    return most
  }

  /// `1 row above, 1 below`; empty without a halo.
  public var haloText: String {
    func side(_ first: Int, _ last: Int, _ noun: String, _ before: String, _ after: String) -> String? {
      func counted(_ count: Int) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
      switch (first, last) {
      case (0, 0): return nil
      case (_, 0): return "\(counted(first)) \(before)"
      case (0, _): return "\(counted(last)) \(after)"
      default: return "\(counted(first)) \(before), \(last) \(after)"
      }
    }
    let halo = halo
    return [
      side(halo.top, halo.bottom, "row", "above", "below"), side(halo.left, halo.right, "column", "left", "right"),
    ].compactMap { $0 }.joined(separator: "; ")
  }

  /// How much there is to see: halos before cuts of channels before cuts of samples before nothing.
  public var interest: Int {
    if !haloText.isEmpty { return 4 }
    let cut = Set(degrees.map(\.dimension))
    if !cut.isDisjoint(with: [.h, .w]) { return 3 }
    if !cut.isDisjoint(with: [.k, .c]), !node.parameters.isEmpty { return 2 }
    return devices.count > 1 && !node.parameters.isEmpty ? 1 : 0
  }

  /// Device numbers as ranges: `0-3,6`.
  public static func list(_ devices: some Sequence<Int>) -> String {
    var runs: [ClosedRange<Int>] = []
    for device in Set(devices).sorted() {
      if let last = runs.last, last.upperBound + 1 == device {
        runs[runs.count - 1] = last.lowerBound...device
      } else {
        runs.append(device...device)
      }
    }
    return runs.map {
      $0.count == 1
        ? "\($0.lowerBound)" : $0.count == 2 ? "\($0.lowerBound),\($0.upperBound)" : "\($0.lowerBound)-\($0.upperBound)"
    }.joined(separator: ",")
  }
}

extension [LayerOwnership] {
  /// The first layer with the most to see; nil for a network without layers.
  public var mostInteresting: LayerOwnership? {
    self.max { ($0.interest, -$0.node.index) < ($1.interest, -$1.node.index) }
  }

  /// One row per layer after a heading: layer, split, devices, weights held per device, whose gradients are added up, halo,
  /// words fetched per microbatch.
  public var table: [[String]] {
    [["layer", "split", "devices", "weights per device", "gradients added by", "halo", "words fetched"]]
      + map { layer in
        let words = layer.devices.map { layer.heldWords(on: $0) }
        let distinct = Set(words).sorted()
        let weights =
          layer.node.parameters.isEmpty
          ? "-"
          : distinct.count == 1 ? "\(distinct[0])" : "\(distinct.first ?? 0) to \(distinct.last ?? 0)"
        let total = layer.node.parameters.reduce(0) { $0 + $1.count }
        let reductions = layer.reductions.map { LayerOwnership.list($0) }.joined(separator: " and ")
        let fetched = layer.mostFetchedWords
        return [
          layer.node.name, layer.splitText, LayerOwnership.list(layer.devices),
          layer.node.parameters.isEmpty ? "-" : "\(weights) of \(total)", reductions.isEmpty ? "-" : reductions,
          layer.haloText.isEmpty ? "-" : layer.haloText, fetched == 0 ? "-" : "\(fetched)",
        ]
      }
  }
}
