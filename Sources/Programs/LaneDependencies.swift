/// For each instruction what it must follow in other lanes of its device because of buffers.
///
/// Conflicts are those of a processor: read after write, write after read, write after write, on a buffer, its parent or
/// a view that overlaps it. `endOfStep` follows everything. What another dependency already says is left out, so a list has
/// at most one entry per lane and most are empty.
///
/// A dependency is *carried* where it is on the step before. Where steps end together, the first instruction of each lane
/// follows the last step's end. Where they may run into each other (``DeviceProgram/runsAcross``), the conflicts are those of
/// a program that stands twice in a row.
public struct LaneDependencies: Sendable {
  /// What has to be done before.
  public struct Dependency: Hashable, Sendable {
    /// Place in ``LaneDependencies/lanes``.
    public var lane: Int
    /// Position in the device's instructions; all earlier ones of that lane are done then too.
    public var position: Int
    /// Whether that is meant in the step before.
    public var isCarried: Bool
  }

  /// ``DeviceProgram/laneOrder``.
  public let lanes: [Lane]
  /// For each instruction, the place of its lane in ``lanes``.
  public let laneNumbers: [Int]
  /// For each lane, the positions of its instructions.
  public let positions: [[Int]]
  /// For each instruction, how many of its lane stand before it.
  public let places: [Int]
  private var entries: [Dependency] = []
  /// Where each instruction's entries begin.
  private var begins: [Int] = []

  public init(_ device: DeviceProgram, messages: Table<Message>) {
    self.init(device, Accesses(of: device, messages: messages))
  }

  /// - Parameter accesses: those of the device.
  public init(_ device: DeviceProgram, _ accesses: Accesses) {
    lanes = device.laneOrder
    // A handful of lanes, and many instructions.
    laneNumbers = device.lanes.map { [lanes] lane in lanes.firstIndex(of: lane)! }
    var positions = lanes.map { _ in [Int]() }
    places = laneNumbers.enumerated().map { position, lane in
      positions[lane].append(position)
      return positions[lane].count - 1
    }
    self.positions = positions
    begins.reserveCapacity(device.instructions.count + 1)
    begins.append(0)
    guard lanes.count > 1 else {
      for _ in device.instructions { begins.append(0) }
      return
    }
    var conflicts = Conflicts(device, lanes: lanes.count, laneNumbers: laneNumbers)
    let touches = Touches(device, accesses)
    if device.runsAcross {
      for position in device.instructions.indices { conflicts.visit(position, touches, pass: 0) { _ in } }
    } else {
      conflicts.join()
    }
    for position in device.instructions.indices {
      conflicts.visit(position, touches, pass: 1) { entries.append($0) }
      begins.append(entries.count)
    }
  }

  /// What the instruction at `position` must follow; empty where other lanes do not matter.
  public subscript(position: Int) -> ArraySlice<Dependency> { entries[begins[position]..<begins[position + 1]] }

  /// How many instructions of its lane a dependency wants done, counted from the beginning of the step of the instruction that
  /// has it: 0 or less where they are of the step before.
  public func count(_ dependency: Dependency) -> Int {
    places[dependency.position] + 1 - (dependency.isCarried ? positions[dependency.lane].count : 0)
  }

  /// The same without the dependencies of one instruction: what no program may be run with.
  func forgetting(_ position: Int) -> LaneDependencies {
    var result = self
    let range = begins[position]..<begins[position + 1]
    result.entries.removeSubrange(range)
    for later in begins.indices where later > position { result.begins[later] -= range.count }
    return result
  }
}

/// The root buffers that each instruction of a device reads and writes. Views share their root's entry: exchange and update of
/// one flat gradient work on all of it, so a finer distinction would order nothing differently.
struct Touches {
  struct Touch {
    var root: Int
    var isWrite: Bool
  }

  private let accesses: Accesses
  /// Of each buffer.
  private let roots: [Int]

  init(_ device: DeviceProgram, _ accesses: Accesses) {
    self.accesses = accesses
    roots = device.buffers.indices.map { device.root($0).position }
  }

  subscript(position: Int) -> some Sequence<Touch> {
    accesses[position].lazy.map { [roots] in Touch(root: roots[$0.buffer.position], isWrite: $0.kind != .read) }
  }
}

/// Walks a device's program, twice where its steps may run into each other, and says what each instruction must follow.
/// Positions of the second walk are counted on.
private struct Conflicts {
  private let device: DeviceProgram
  private let laneNumbers: [Int]
  private let laneCount: Int
  private let length: Int
  /// The last instruction that wrote each root buffer; -1 before any.
  private var wrote: [Int]
  /// The last one of each lane that read it since.
  private var read: [Int]
  /// The last instruction of each lane.
  private var last: [Int]
  /// The instructions of the last step that all lanes have to wait for; -1 where there are none.
  private var joined: [Int]
  /// Per pair of lanes, how far the second is known to be where the first stands.
  private var known: [Int]
  private var needed: [Int]

  init(_ device: DeviceProgram, lanes: Int, laneNumbers: [Int]) {
    self.device = device
    self.laneNumbers = laneNumbers
    laneCount = lanes
    length = device.instructions.count
    wrote = Array(repeating: -1, count: device.buffers.count)
    read = Array(repeating: -1, count: device.buffers.count * lanes)
    last = Array(repeating: -1, count: lanes)
    joined = last
    known = Array(repeating: -1, count: lanes * lanes)
    needed = Array(repeating: -1, count: lanes)
  }

  /// Lets the last step's end stand before everything.
  mutating func join() {
    if let end = device.instructions.lastIndex(of: .endOfStep) {
      joined[laneNumbers[end]] = end
    } else {
      for position in device.instructions.indices { joined[laneNumbers[position]] = position }
    }
  }

  mutating func visit(
    _ position: Int, _ touches: Touches, pass: Int, emit: (LaneDependencies.Dependency) -> Void
  ) {
    let own = laneNumbers[position]
    let place = pass * length + position
    for lane in 0..<laneCount { needed[lane] = -1 }
    for touch in touches[position] {
      follow(wrote[touch.root])
      guard touch.isWrite else { continue }
      for lane in 0..<laneCount { follow(read[touch.root * laneCount + lane]) }
    }
    for touch in touches[position] {
      if touch.isWrite {
        wrote[touch.root] = place
        for lane in 0..<laneCount { read[touch.root * laneCount + lane] = -1 }
      }
    }
    for touch in touches[position] where !touch.isWrite && wrote[touch.root] != place {
      read[touch.root * laneCount + own] = place
    }
    if last[own] < pass * length { for lane in 0..<laneCount { follow(joined[lane]) } }
    if device.instructions[position] == .endOfStep { for lane in 0..<laneCount { follow(last[lane]) } }
    last[own] = place
    for lane in 0..<laneCount where lane != own && needed[lane] > known[own * laneCount + lane] {
      known[own * laneCount + lane] = needed[lane]
      emit(
        LaneDependencies.Dependency(
          lane: lane, position: needed[lane] % length, isCarried: needed[lane] < pass * length))
    }
  }

  private mutating func follow(_ place: Int) {
    guard place >= 0 else { return }
    let lane = laneNumbers[place % length]
    needed[lane] = max(needed[lane], place)
  }
}

extension DeviceProgram {
  /// The buffer that owns the memory of `buffer`.
  public func root(_ buffer: Index<Buffer>) -> Index<Buffer> {
    var root = buffer
    while let parent = buffers[root].parent { root = parent }
    return root
  }
}
