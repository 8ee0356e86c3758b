import Networks
import Programs

/// What a program says about owners, by layer: one walk over its tables.
struct OwnershipIndex {
  struct Route: Hashable {
    var to: Int
    var node: Int
  }

  let program: Program
  /// The boxes of each layer's output, without what they read; by device, then microbatch.
  let parts: [[LayerOwnership.Part]]
  let held: [[LayerOwnership.HeldBox]]
  /// Devices that send activations of a layer to a device.
  let senders: [Route: Set<Int>]
  /// The devices of the collectives that touch the gradients of each layer's parameters.
  let reductions: [Set<[Int]>]

  init(_ program: Program) {
    self.program = program
    let nodes = program.graph.nodes
    var parts = Array(repeating: [LayerOwnership.Part](), count: nodes.count)
    var held = Array(repeating: [LayerOwnership.HeldBox](), count: nodes.count)
    var reductions = Array(repeating: Set<Index<Collective>>(), count: nodes.count)
    for device in program.devices {
      for box in device.parameters where box.slot == 0 {
        held[box.node].append(.init(device: device.device, ordinal: box.ordinal, ranges: box.ranges))
      }
      for (node, part) in Self.parts(of: device, program.graph) { parts[node].append(part) }
      for (node, found) in Self.reductions(on: device) { reductions[node].formUnion(found) }
    }
    self.parts = parts.map(Self.numberingSummands)
    self.held = held
    self.reductions = reductions.map { Set($0.map { program.collectives[$0].devices.sorted() }) }
    var senders: [Route: Set<Int>] = [:]
    for message in program.messages.entries where message.purpose == .activations {
      if let node = message.node { senders[Route(to: message.to, node: node), default: []].insert(message.from) }
    }
    self.senders = senders
  }

  /// A part is told from another by its box and by the input channels whose weights it uses.
  private static func parts(of device: DeviceProgram, _ graph: Graph) -> [(node: Int, part: LayerOwnership.Part)] {
    let weights = Dictionary(
      device.parameters.filter {
        graph.nodes[$0.node].parameters[$0.ordinal].role == .weight && $0.ranges.count > 1
      }.map { ($0.buffer, $0.ranges[Self.inputAxis(rank: $0.ranges.count)]) }
    ) { first, _ in first }
    struct Key: Hashable {
      var node: Int
      var microbatch: Int
      var box: Box
      var summed: Range<Int>?
    }
    struct Place: Hashable {
      var node: Int
      var microbatch: Int
      var box: Box
    }
    let sums = Set(
      device.operations.entries.lazy.filter(\.accumulatesOutput).map {
        Place(node: $0.node, microbatch: $0.microbatch, box: $0.box)
      })
    var known: Set<Key> = []
    return device.operations.entries.compactMap { operation in
      let travels = sums.contains(Place(node: operation.node, microbatch: operation.microbatch, box: operation.box))
      let hasOneSummand = graph.nodes[operation.node].kind.sumsOverInputs && !travels
      let summed = hasOneSummand ? operation.parameters.lazy.compactMap { weights[$0] }.first : nil
      let key = Key(node: operation.node, microbatch: operation.microbatch, box: operation.box, summed: summed)
      guard known.insert(key).inserted else { return nil }
      let part = LayerOwnership.Part(
        device: device.device, microbatch: operation.microbatch, output: operation.box, summand: 0, summands: 1,
        summed: summed, addsTravellingBlocks: travels, inputs: [])
      return (operation.node, part)
    }
  }

  /// Where a weight's input channels stand: before the kernel, `[…, out, in, kh, kw]` or `[out, in]`.
  private static func inputAxis(rank: Int) -> Int { rank > 2 ? rank - 3 : 1 }

  private static func numberingSummands(_ parts: [LayerOwnership.Part]) -> [LayerOwnership.Part] {
    let cuts = Set(parts.compactMap(\.summed)).sorted { $0.lowerBound < $1.lowerBound }
    var parts = parts.sorted { ($0.device, $0.microbatch) < ($1.device, $1.microbatch) }
    for position in parts.indices where cuts.count > 1 {
      guard let summed = parts[position].summed, let place = cuts.firstIndex(of: summed) else { continue }
      parts[position].summand = place
      parts[position].summands = cuts.count
    }
    return parts
  }

  /// The collectives that touch the gradients of each layer's parameters on a device.
  private static func reductions(on device: DeviceProgram) -> [Int: Set<Index<Collective>>] {
    var nodes: [Index<Buffer>: Set<Int>] = [:]
    for box in device.parameters {
      if let gradient = box.gradient { nodes[device.root(gradient), default: []].insert(box.node) }
    }
    var found: [Int: Set<Index<Collective>>] = [:]
    for copy in device.copies.entries where copy.purpose == .gradients {
      guard let collective = copy.collective else { continue }
      for buffer in [copy.source.buffer, copy.destination.buffer] {
        for node in nodes[device.root(buffer)] ?? [] { found[node, default: []].insert(collective) }
      }
    }
    return found
  }
}
