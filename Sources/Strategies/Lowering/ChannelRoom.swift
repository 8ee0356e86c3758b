import Programs

/// How many messages a channel has room for: enough that the order of a program can be followed.
///
/// A full channel holds its sender up, which keeps memory small and is no error, unless the receiver in turn waits for something
/// that the sender does later. So a dry run follows every device's instructions in their order, and where nobody could go on
/// but for a full channel, that channel gets room for one more (Parks 1995). What can be run once so can be run in any way that
/// lanes, dependencies and speeds allow, and for ever (``Verifier``).
enum ChannelRoom {
  /// Room that every channel has, for a sender to run a few microbatches ahead.
  static let standard = 8

  /// Widens the channels of a program as far as its order needs, and says so where a sender may have to wait for room.
  static func fit(_ program: inout Program) {
    var carried = program.channels.entries.map { _ in 0 }
    for message in program.messages.entries { carried[message.channel.position] += 1 }
    let isBounded = zip(carried, program.channels.entries).contains { $0 > $1.capacity }
    // Where all of a step's messages have room, nobody waits for any.
    guard isBounded else { return }
    var run = OrderRun(program)
    run.finish()
    for (place, capacity) in run.capacities.enumerated() {
      program.channels[Index<Channel>(place)].capacity = capacity
    }
    let least = zip(carried, run.capacities).filter { $0 > $1 }.map(\.1)
    if let first = least.min(), let last = least.max() {
      let room = first == last ? "\(first)" : "\(first) to \(last)"
      program.assumptions.append("a sender waits when \(room) messages in its channel have not been taken")
    }
  }
}

/// Walks through all devices' messages, each device in the order of its instructions.
private struct OrderRun {
  private(set) var capacities: [Int]
  private let program: Program
  /// Per device, its sends and receives.
  private let steps: [[Instruction]]
  private var next: [Int]
  private var underWay: [Int]
  /// The device that waits at the one end or the other of each channel.
  private var receiver: [Int?]
  private var sender: [Int?]

  init(_ program: Program) {
    self.program = program
    capacities = program.channels.entries.map(\.capacity)
    steps = program.devices.map { device in
      device.instructions.filter {
        switch $0 {
        case .send, .receive: true
        default: false
        }
      }
    }
    next = steps.map { _ in 0 }
    underWay = capacities.map { _ in 0 }
    receiver = capacities.map { _ in nil }
    sender = receiver
  }

  mutating func finish() {
    var movable = Array(steps.indices.reversed())
    /// Channels that were full when a device wanted to send; some have been emptied since.
    var full: [Int] = []
    var oldest = 0
    while true {
      while let device = movable.popLast() { walk(device, &movable, &full) }
      while oldest < full.count, sender[full[oldest]] == nil { oldest += 1 }
      guard oldest < full.count, let device = sender[full[oldest]] else { return }
      capacities[full[oldest]] += 1
      sender[full[oldest]] = nil
      movable.append(device)
    }
  }

  private mutating func walk(_ device: Int, _ movable: inout [Int], _ full: inout [Int]) {
    while next[device] < steps[device].count {
      switch steps[device][next[device]] {
      case .send(let message):
        let channel = program.messages[message].channel.position
        guard underWay[channel] < capacities[channel] else {
          sender[channel] = device
          full.append(channel)
          return
        }
        underWay[channel] += 1
        if let waiting = receiver[channel] {
          receiver[channel] = nil
          movable.append(waiting)
        }
      case .receive(let message):
        let channel = program.messages[message].channel.position
        guard underWay[channel] > 0 else {
          receiver[channel] = device
          return
        }
        underWay[channel] -= 1
        if let waiting = sender[channel] {
          sender[channel] = nil
          movable.append(waiting)
        }
      default: break
      }
      next[device] += 1
    }
  }
}
