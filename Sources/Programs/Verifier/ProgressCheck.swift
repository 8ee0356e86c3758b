import Diagnostics

extension Verifier {
  /// A dry run of one step with lanes and bounded channels, without time: it ends, or it shows who waits for whom.
  func checkProgress() -> [Diagnostic] {
    var run = DryRun(program)
    guard !run.finish() else { return [] }
    return [program.deadlock(run.blocked())]
  }
}

/// Executes only the order of a program: which instruction may start after which.
private struct DryRun {
  let program: Program
  private let order: [[[Int]]]
  private let dependencies: [LaneDependencies]
  /// Per device and lane, how many instructions of the lane are done.
  private var done: [[Int]]
  private var underWay: [Int]

  init(_ program: Program) {
    self.program = program
    order = program.devices.map { device in
      Lane.allCases.map { lane in device.instructions.indices.filter { device.lanes[$0] == lane } }
    }
    dependencies = program.devices.map { LaneDependencies($0, messages: program.messages) }
    done = program.devices.map { _ in [0, 0] }
    underWay = program.channels.entries.map { _ in 0 }
  }

  /// Runs until nothing moves; true when every device reached its end.
  mutating func finish() -> Bool {
    var moved = true
    while moved {
      moved = false
      for device in program.devices.indices {
        for lane in Lane.allCases.reversed() {
          while let position = head(device, lane), canStart(position, device, lane) {
            execute(position, device)
            done[device][Int(lane.rawValue)] += 1
            moved = true
          }
        }
      }
    }
    return program.devices.indices.allSatisfy { device in Lane.allCases.allSatisfy { head(device, $0) == nil } }
  }

  /// Devices that did not end, each with the instruction that it is stuck at.
  func blocked() -> [BlockedDevice] {
    program.devices.indices.compactMap { device in
      (head(device, .communication) ?? head(device, .compute)).map { BlockedDevice(device: device, position: $0) }
    }
  }

  private func head(_ device: Int, _ lane: Lane) -> Int? {
    let list = order[device][Int(lane.rawValue)]
    let next = done[device][Int(lane.rawValue)]
    return next < list.count ? list[next] : nil
  }

  private func canStart(_ position: Int, _ device: Int, _ lane: Lane) -> Bool {
    if let after = dependencies[device].after[position] {
      let other: Lane = lane == .compute ? .communication : .compute
      if let pending = head(device, other), pending <= after { return false }
    }
    switch program.devices[device].instructions[position] {
    case .receive(let message): return underWay[program.messages[message].channel.position] > 0
    case .send(let message):
      let channel = program.messages[message].channel
      return underWay[channel.position] < program.channels[channel].capacity
    default: return true
    }
  }

  private mutating func execute(_ position: Int, _ device: Int) {
    switch program.devices[device].instructions[position] {
    case .send(let message): underWay[program.messages[message].channel.position] += 1
    case .receive(let message): underWay[program.messages[message].channel.position] -= 1
    default: break
    }
  }
}
