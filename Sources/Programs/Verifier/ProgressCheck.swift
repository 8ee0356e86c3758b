import Diagnostics

extension Verifier {
  /// A dry run of one step with lanes and bounded channels, without time: it ends, or it shows who waits for whom.
  ///
  /// One step is enough, also where steps run into each other: lanes, dependencies, messages and room in channels are a marked
  /// graph (Commoner et al. 1971). When every instruction has run once, each of its places has as many tokens as before, so
  /// what could run once can run for ever; dependencies on the step before begin with theirs.
  func checkProgress() -> [Diagnostic] {
    var run = DryRun(program, accesses)
    guard !run.finish() else { return [] }
    return [program.deadlock(run.blocked())]
  }
}

/// Executes only the order of a program: which instruction may start after which.
private struct DryRun {
  let program: Program
  private let dependencies: [LaneDependencies]
  /// Per device and lane, how many instructions of the lane are done.
  private var done: [[Int]]
  private var underWay: [Int]

  init(_ program: Program, _ accesses: [Accesses]) {
    self.program = program
    dependencies = zip(program.devices, accesses).map { LaneDependencies($0, $1) }
    done = dependencies.map { $0.lanes.map { _ in 0 } }
    underWay = program.channels.entries.map { _ in 0 }
  }

  /// Runs until nothing moves; true when every device reached its end. A device is looked at again when a message for it was
  /// sent, or one of its own was taken: so the run costs what its instructions cost, in whatever order devices wait for each
  /// other.
  mutating func finish() -> Bool {
    var turn = Array(done.indices.reversed())
    var isDue = done.map { _ in true }
    while let device = turn.popLast() {
      isDue[device] = false
      var moved = true
      while moved {
        moved = false
        for lane in done[device].indices {
          while let position = head(device, lane), isFree(position, device), isReady(position, device) {
            if let partner = execute(position, device), partner != device, !isDue[partner] {
              isDue[partner] = true
              turn.append(partner)
            }
            done[device][lane] += 1
            moved = true
          }
        }
      }
    }
    return done.indices.allSatisfy { device in done[device].indices.allSatisfy { head(device, $0) == nil } }
  }

  /// Devices that did not end, each with the instruction that it is stuck at.
  func blocked() -> [BlockedDevice] {
    done.indices.compactMap { device in
      let heads = done[device].indices.compactMap { head(device, $0) }
      // What waits for another lane is not what the device is stuck at.
      return (heads.first { isFree($0, device) } ?? heads.first).map { BlockedDevice(device: device, position: $0) }
    }
  }

  private func head(_ device: Int, _ lane: Int) -> Int? {
    let (next, positions) = (done[device][lane], dependencies[device].positions[lane])
    return next < positions.count ? positions[next] : nil
  }

  private func isFree(_ position: Int, _ device: Int) -> Bool {
    dependencies[device][position].allSatisfy { done[device][$0.lane] >= dependencies[device].count($0) }
  }

  private func isReady(_ position: Int, _ device: Int) -> Bool {
    switch program.devices[device].instructions[position] {
    case .receive(let message): return underWay[program.messages[message].channel.position] > 0
    case .send(let message):
      let channel = program.messages[message].channel
      return underWay[channel.position] < program.channels[channel].capacity
    default: return true
    }
  }

  /// Returns the device that may go on because of it.
  private mutating func execute(_ position: Int, _ device: Int) -> Int? {
    switch program.devices[device].instructions[position] {
    case .send(let message):
      underWay[program.messages[message].channel.position] += 1
      return program.messages[message].to
    case .receive(let message):
      underWay[program.messages[message].channel.position] -= 1
      return program.messages[message].from
    default: return nil
    }
  }
}
