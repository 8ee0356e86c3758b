import Networks
import Programs

/// Which device holds which box of one layer: of its output, of the input that it works on, and of its parameters. Read
/// from the compiled program, so it is what runs and not what was meant.
public struct LayerOwnership: Hashable, Sendable {
  /// A box of a producer's output that comes from another device.
  public struct Fetched: Hashable, Sendable {
    public var from: Int
    public var box: Box
  }

  /// What a part reads of one of the layer's inputs.
  public struct Input: Hashable, Sendable {
    /// The layer that computes it, or ``Graph/networkInput``: what comes from the data set is loaded by each device itself.
    public var producer: Int
    /// The receptive field of the part's output.
    public var needed: Box
    /// The pieces of `needed` that the device has computed or loaded itself.
    public var own: [Box]
    /// The pieces that others have. Of partial sums that the device does not hold alone, one piece for each summand.
    public var fetched: [Fetched]
    /// Rows and columns of zeros beyond the border of the whole image.
    public var padding: Edges

    /// Words that come from other devices.
    public var fetchedWords: Int { fetched.reduce(0) { $0 + $1.box.count } }
  }

  /// One box of the output that a device computes for one microbatch.
  public struct Part: Hashable, Sendable {
    public var device: Int
    public var microbatch: Int
    public var output: Box
    /// Which part of the sum over the input channels this is, from 0; the output is whole when all are added.
    public var summand: Int
    /// Parts of the sum.
    public var summands: Int
    /// The input channels that the sum runs over; nil for layers that sum over none.
    public var summed: Range<Int>?
    /// True where the device adds up several products whose operands travel between devices, as in Cannon's algorithm: then
    /// it needs no fixed box of the input.
    public var addsTravellingBlocks = false
    /// One per input that is read; given for a device's first microbatch, as the others repeat it.
    public var inputs: [Input]
  }

  /// The box of a parameter that a device keeps from step to step.
  public struct HeldBox: Hashable, Sendable {
    public var device: Int
    /// Place in the node's ``Graph/Node/parameters``.
    public var ordinal: Int
    /// One range per axis of the parameter's shape.
    public var ranges: [Range<Int>]

    /// Words.
    public var count: Int { ranges.reduce(1) { $0 * $1.count } }
  }

  public let node: Graph.Node
  /// Samples of a step.
  public let batch: Int
  public let microbatches: Int
  /// By device, then microbatch.
  public let parts: [Part]
  public let held: [HeldBox]
  /// Devices that add up the gradients of a box which they all hold; empty where everyone's gradient is complete.
  public let reductions: [[Int]]

  /// Finds the owners of node `index`.
  public init(_ program: Program, node index: Int) { self.init(OwnershipIndex(program), node: index) }

  /// The owners of every layer, in the graph's order.
  public static func all(_ program: Program) -> [LayerOwnership] {
    let index = OwnershipIndex(program)
    return program.graph.nodes.indices.map { LayerOwnership(index, node: $0) }
  }

  private init(_ index: OwnershipIndex, node number: Int) {
    node = index.program.graph.nodes[number]
    batch = index.program.batch
    microbatches = index.program.microbatches
    held = index.held[number]
    reductions = index.reductions[number].filter { $0.count > 1 }.sorted { $0.lexicographicallyPrecedes($1) }
    var found = index.parts[number]
    let first = Dictionary(found.map { ($0.device, $0.microbatch) }) { min($0, $1) }
    for position in found.indices
    where found[position].microbatch == first[found[position].device] && !found[position].addsTravellingBlocks {
      found[position].inputs = Self.inputs(of: found[position], node, index)
    }
    parts = found
  }

  /// Devices that compute a part or hold a parameter.
  public var devices: [Int] { Set(parts.map(\.device) + held.map(\.device)).sorted() }

  /// Words of learned parameters and state on a device.
  public func heldWords(on device: Int) -> Int { held.reduce(0) { $1.device == device ? $0 + $1.count : $0 } }

  /// Parts of one microbatch.
  public func parts(microbatch: Int) -> [Part] { parts.filter { $0.microbatch == microbatch } }

  // MARK: - Who has what a part needs

  private static func inputs(of part: Part, _ node: Graph.Node, _ index: OwnershipIndex) -> [Input] {
    let field = ReceptiveField(of: node, output: part.output)
    return field.operands.map { operand in
      var needed = field.inputs[operand]
      if let summed = part.summed, operand == 0 { needed.k = summed }
      let producer = node.inputs[operand]
      guard producer >= 0 else {
        return Input(producer: producer, needed: needed, own: [needed], fetched: [], padding: field.padding)
      }
      let (own, fetched) = meet(
        needed, on: part.device, by: index.parts[producer].filter { $0.microbatch == part.microbatch },
        senders: index.senders[.init(to: part.device, node: producer)] ?? [])
      return Input(producer: producer, needed: needed, own: own, fetched: fetched, padding: field.padding)
    }
  }

  /// Own pieces first, then those of others, from whom the program sends them; one piece of every summand.
  private static func meet(
    _ needed: Box, on device: Int, by holders: [Part], senders: Set<Int>
  ) -> (own: [Box], fetched: [Fetched]) {
    var own: [Box] = []
    var fetched: [Fetched] = []
    let count = (holders.map(\.device).max() ?? 0) + 1
    func rank(_ holder: Part) -> (Int, Int) {
      if holder.device == device { return (0, 0) }
      return (senders.contains(holder.device) ? 1 : 2, (holder.device - device + count) % count)
    }
    for summand in Set(holders.map(\.summand)).sorted() {
      var missing = [needed]
      for holder in holders.filter({ $0.summand == summand }).sorted(by: { rank($0) < rank($1) }) {
        for common in missing.map({ $0.intersection(holder.output) }) where !common.isEmpty {
          if holder.device == device {
            own.append(common)
          } else {
            fetched.append(Fetched(from: holder.device, box: common))
          }
        }
        missing = missing.flatMap { $0.subtracting(holder.output) }
      }
    }
    return (own, fetched.sorted { $0.from < $1.from })
  }
}
