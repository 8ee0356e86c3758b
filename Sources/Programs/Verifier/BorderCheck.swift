import Diagnostics

extension Verifier {
  /// Where steps may run into each other, every instruction finds the buffers as if they did not, whichever lane is faster;
  /// and a step's samples and losses are those of its compute lane.
  func checkBorders() -> [Diagnostic] {
    zip(program.devices, accesses).filter(\.0.runsAcross).flatMap { device, accesses in
      checkBorder(of: device, LaneDependencies(device, accesses)) + checkSampling(of: device)
    }
  }

  /// What may find a buffer too early or too late, if a device runs with these dependencies.
  func checkBorder(of device: DeviceProgram, _ dependencies: LaneDependencies) -> [Diagnostic] {
    var walk = BorderWalk(device, dependencies, messages: program.messages)
    return walk.problems().map { problem in
      let other = program.describe(device.instructions[problem.earlier], on: device.device)
      let when = problem.isCarried ? "of the step before" : "of the same step"
      return finding(
        "may run before '\(other)' \(when), which uses ‹\(device.buffers[Index(problem.root)].name)›",
        device: device.device,
        at: problem.position)
    }
  }

  private func checkSampling(of device: DeviceProgram) -> [Diagnostic] {
    device.instructions.indices.compactMap { position in
      switch device.instructions[position] {
      case .load, .loss:
        device.lanes[position] == .compute
          ? nil
          : finding(
            "takes samples of another step than the compute lane", device: device.device, at: position,
            hint: "loads and losses belong to the compute lane")
      default: nil
      }
    }
  }
}

/// Which instructions of a device are certain to be done when another begins, by clocks with one count per lane (Mattern
/// 1989), over two steps: what holds between those holds between all that follow.
///
/// The order of accesses is found apart from ``LaneDependencies``, which it is to prove.
private struct BorderWalk {
  struct Problem {
    var position: Int
    var earlier: Int
    var root: Int
    var isCarried: Bool
  }

  private let dependencies: LaneDependencies
  private let touches: Touches
  private let length: Int
  private let laneCount: Int
  /// Per lane, its clock: how many instructions of each lane are done before its next one begins, counted over all steps.
  private var clocks: [[Int]]
  /// Per instruction and step, the clock when it has ended.
  private var ended: [[Int]]
  /// Per root buffer and lane, the last instruction that wrote or read it, counted on over the steps.
  private var wrote: [[Int]]
  private var read: [[Int]]

  init(_ device: DeviceProgram, _ dependencies: LaneDependencies, messages: Table<Message>) {
    self.dependencies = dependencies
    touches = Touches(device, Accesses(of: device, messages: messages))
    length = device.instructions.count
    laneCount = dependencies.lanes.count
    clocks = Array(repeating: Array(repeating: 0, count: laneCount), count: laneCount)
    ended = []
    wrote = Array(repeating: Array(repeating: -1, count: laneCount), count: device.buffers.count)
    read = wrote
  }

  mutating func problems() -> [Problem] {
    var problems: [Problem] = []
    for step in 0..<2 {
      for position in 0..<length { visit(position, step, &problems) }
    }
    return problems
  }

  private mutating func visit(_ position: Int, _ step: Int, _ problems: inout [Problem]) {
    let own = dependencies.laneNumbers[position]
    for dependency in dependencies[position] {
      let place = (dependency.isCarried ? step - 1 : step) * length + dependency.position
      guard place >= 0, place < ended.count else { continue }
      for lane in 0..<laneCount { clocks[own][lane] = max(clocks[own][lane], ended[place][lane]) }
    }
    let place = step * length + position
    for touch in touches[position] {
      for lane in 0..<laneCount where lane != own {
        let earlier = max(wrote[touch.root][lane], touch.isWrite ? read[touch.root][lane] : -1)
        guard earlier >= 0, count(of: earlier) > clocks[own][lane] else { continue }
        // The second step finds again what the first one does.
        guard step > 0 else { continue }
        problems.append(
          Problem(
            position: position, earlier: earlier % length, root: touch.root, isCarried: earlier < step * length))
      }
    }
    for touch in touches[position] {
      if touch.isWrite { wrote[touch.root][own] = place } else { read[touch.root][own] = place }
    }
    clocks[own][own] = count(of: place)
    ended.append(clocks[own])
  }

  /// How many instructions of its lane are done with it, over all steps.
  private func count(of place: Int) -> Int {
    let position = place % length
    return place / length * dependencies.positions[dependencies.laneNumbers[position]].count
      + dependencies.places[position] + 1
  }
}
