import Diagnostics
import Networks

extension Verifier {
  /// Parts of a batch-normalisation layer that share statistics agree on who has how many words of which group, and every
  /// buffer of another member is that member's: else replicas would merge different numbers without an error.
  func checkStatistics() -> [Diagnostic] {
    let anyShares = program.devices.contains { $0.operations.entries.contains { $0.shared != nil } }
    guard anyShares else { return [] }
    var arrivals = program.devices.map { _ in [Index<Buffer>: Int]() }
    for message in program.messages.entries where arrivals.indices.contains(message.to) {
      let first = arrivals[message.to][message.receiveBuffer]
      arrivals[message.to][message.receiveBuffer] = first ?? message.from
    }
    return program.devices.flatMap { device -> [Diagnostic] in
      device.instructions.enumerated().flatMap { position, instruction -> [Diagnostic] in
        guard let (operation, own) = sharing(instruction, on: device) else { return [] }
        return wrongMembers(operation, own, on: device, arrivals[device.device]).map {
          finding($0, device: device.device, at: position)
        }
      }
    }
  }

  /// The operation that an instruction merges for, and the buffers that it merges.
  private func sharing(_ instruction: Instruction, on device: DeviceProgram) -> (Operation, [Index<Buffer>])? {
    switch instruction {
    case .forward(let index): device.operations[index].shared.map { (device.operations[index], $0.moments) }
    case .backward(let index), .backwardInput(let index):
      device.operations[index].shared.map { (device.operations[index], $0.gradientSums) }
    default: nil
    }
  }

  private func wrongMembers(
    _ operation: Operation, _ buffers: [Index<Buffer>], on device: DeviceProgram, _ senders: [Index<Buffer>: Int]
  ) -> [String] {
    let geometry = operation.geometry
    guard let members = geometry.statisticsMembers, members.counts.indices.contains(members.own) else {
      return ["shares statistics, but is no member"]
    }
    let plane = geometry.output.h * geometry.output.w
    guard members.counts[members.own] == geometry.statisticsGroups.map({ $0 * plane }) else {
      return ["has other words of its groups than it says to the members"]
    }
    // A layer without an input gradient needs nobody's sums.
    let isAlone = buffers.count == 1 && operation.inputGradients.allSatisfy { $0 == nil }
    guard buffers.count == members.counts.count || isAlone else {
      return ["merges the statistics of \(buffers.count) members instead of \(members.counts.count)"]
    }
    var found: [String] = []
    for (rank, buffer) in buffers.enumerated() {
      let name = device.buffers[buffer].name
      if device.buffers[buffer].words != geometry.statisticsWords {
        found.append("buffer ‹\(name)› has no room for two numbers per group and channel")
      }
      guard rank != members.own, !isAlone else { continue }
      // What did not arrive is that of another part of this device.
      let partner = peer(of: operation, on: program.devices[senders[buffer] ?? device.device], rank: rank)
      if partner?.statisticsMembers?.counts != members.counts {
        found.append("buffer ‹\(name)› is not what member \(rank) of the same groups sends")
      }
    }
    return found
  }

  /// The part of the same layer, microbatch and channels that has a rank on another device.
  private func peer(of operation: Operation, on device: DeviceProgram, rank: Int) -> LayerGeometry? {
    device.operations.entries.first {
      $0.node == operation.node && $0.microbatch == operation.microbatch && $0.box.k == operation.box.k
        && $0.geometry.statisticsMembers?.own == rank && $0.shared?.samples == operation.shared?.samples
    }?.geometry
  }
}
