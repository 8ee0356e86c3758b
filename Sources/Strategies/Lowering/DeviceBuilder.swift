import Networks
import Programs

/// A device's program while it grows: instructions are collected per action and strung together in the schedule's order.
struct DeviceBuilder {
  /// A buffer that holds a box.
  struct Held {
    var buffer: Index<Buffer>
    var box: Box
  }

  /// Identifies what a device has for a part of a node, or of a junction's consumers, in one microbatch.
  struct Key: Hashable {
    var index: Int
    var part: Int
    var microbatch: Int
  }

  /// Identifies what a device has for a part of a node in every microbatch.
  struct PartKey: Hashable {
    var node: Int
    var part: Int
  }

  var program: DeviceProgram
  var fragments: [Action: [(Instruction, Lane)]] = [:]
  /// Output of each node.
  var outputs: [Key: Held] = [:]
  /// What the consumers of each junction read.
  var required: [Key: Held] = [:]
  /// Gradients of what a part of each junction's consumers read, one per operand, until they are summed.
  var contributions: [Key: [Index<Buffer>]] = [:]
  var operations: [Key: Index<Operation>] = [:]
  /// Learned parameters and states of each part of a node, and the gradients of the learned ones.
  var parameters: [PartKey: NodeParameters] = [:]
  var buckets: [Bucket] = []
  /// Per action, before which of its instructions the next layer's parameters are admitted (``StateSharding``).
  var admissions: [Action: Int] = [:]
  /// Gradients of a node's part by junction, where a collective brought them.
  var exchangedGradients: [Key: Held] = [:]
  /// Whole gradients that are being scattered.
  var leavingGradients: [Index<Buffer>] = []

  init(device: Int) { program = DeviceProgram(device: device) }

  mutating func emit(_ instruction: Instruction, _ lane: Lane = .compute, in action: Action) {
    fragments[action, default: []].append((instruction, lane))
  }

  mutating func buffer(_ name: String, _ kind: BufferKind, words: Int) -> Index<Buffer> {
    program.buffers.append(Buffer(name: name, kind: kind, words: words))
  }

  /// Copies or adds `box` between two buffers that hold larger boxes.
  mutating func move(
    _ box: Box, from source: Held, to destination: Held, adding: Bool = false, defines: Bool = false, purpose: Purpose,
    collective: Index<Collective>?, in action: Action
  ) {
    let copy = program.copies.append(
      Copy(
        count: box.extent, source: Region(buffer: source.buffer, of: box, in: source.box),
        destination: Region(buffer: destination.buffer, of: box, in: destination.box), defines: defines,
        purpose: purpose, collective: collective))
    emit(adding ? .accumulate(copy) : .copy(copy), .communication, in: action)
  }

  /// Strings the fragments together in the order of the schedule and ends the step.
  mutating func finish(_ actions: [Action]) {
    for (position, action) in actions.enumerated() {
      for (instruction, lane) in fragments[action] ?? [] {
        program.append(instruction, lane: lane, action: position)
      }
    }
    program.append(.endOfStep, action: max(0, actions.count - 1))
  }
}

/// The buffers of one part of a node's parameters on one device.
struct NodeParameters {
  var learned: [Index<Buffer>] = []
  /// The same in further arrays for other versions (``WeightSlots``).
  var versions: [[Index<Buffer>]] = []
  var gradients: [Index<Buffer>] = []
  var states: [Index<Buffer>] = []

  /// The learned ones in one of the arrays for versions.
  func learned(in slot: Int) -> [Index<Buffer>] { slot == 0 || learned.isEmpty ? learned : versions[slot - 1] }
}

/// Learned parameters of a device and stage that are exchanged with the same devices and updated together: consecutive words.
struct Bucket {
  var stage: Int
  /// The devices that hold the same words and add up their gradients; one device means no exchange.
  var group: [Int]
  var nodes: [Int]
  var words: Int
  /// All words; nil where parameters persist as shards.
  var parameter: Index<Buffer>?
  /// All words; nil in inference, and where gradients persist as shards.
  var gradient: Index<Buffer>?
  /// What this device updates.
  var shares: [Share] = []
  /// The device that sums the gradients of the group and updates; nil where the group does that itself.
  var server: Int?
  /// Where the group shares the states, what is exchanged at once; empty where every member keeps all.
  var units: [ShardedUnit] = []

  /// Arrays of one length that an update takes.
  struct Share {
    var parameter: Index<Buffer>
    /// Further arrays for other versions of the parameters (``WeightSlots``).
    var versions: [Index<Buffer>] = []
    var gradient: Index<Buffer>
    var states: [Index<Buffer>]
    var nodes: [Int]

    /// One of the arrays for versions.
    func parameter(in slot: Int) -> Index<Buffer> { slot == 0 ? parameter : versions[slot - 1] }
  }
}
