import Diagnostics
import Networks

extension Verifier {
  /// Every word of the model is saved, every learned word that a device keeps is new after a step, and layers compute with
  /// parameters that are whole.
  func checkParameters() -> [Diagnostic] {
    var findings = checkSaving()
    if program.mode == .training { findings += program.devices.flatMap(checkRenewal) }
    return findings + program.devices.flatMap(checkGathering)
  }

  /// Devices together save all words of the parameters of each layer that they compute; where parts overlap, some are
  /// saved twice with the same values.
  private func checkSaving() -> [Diagnostic] {
    var saved: [[Int]: Int] = [:]
    for device in program.devices {
      for held in device.parameters where held.isSaved {
        saved[[held.node, held.ordinal], default: 0] += device.buffers[held.buffer].words
      }
    }
    let computed = Set(program.devices.flatMap { $0.operations.entries.map(\.node) })
    return program.graph.nodes.filter { computed.contains($0.index) }.flatMap { node in
      node.parameters.indices.compactMap { ordinal in
        let (words, count) = (saved[[node.index, ordinal]] ?? 0, node.parameters[ordinal].count)
        guard words < count else { return nil }
        return Diagnostic(
          "'\(node.parameters[ordinal].name)' has \(count) words, of which \(words) are saved", path: "program.devices",
          hint: "each word is saved by some device")
      }
    }
  }

  /// Learned parameters are updated here or come from where they were.
  private func checkRenewal(_ device: DeviceProgram) -> [Diagnostic] {
    var renewed: [Index<Buffer>: [Range<Int>]] = [:]
    for instruction in device.instructions {
      switch instruction {
      case .update(let index):
        let (root, words) = device.words(of: device.updates[index].parameter)
        renewed[root, default: []].append(words)
      case .copy(let index) where device.copies[index].collective != nil:
        let copy = device.copies[index]
        let (root, words) = device.words(of: copy.destination, count: copy.count.count)
        renewed[root, default: []].append(words)
      default: break
      }
    }
    // Other places than the first have older versions.
    return device.parameters.filter { $0.slot == 0 }.compactMap { held in
      let parameter = program.graph.nodes[held.node].parameters[held.ordinal]
      let (root, words) = device.words(of: held.buffer)
      guard parameter.isLearned, !words.isCovered(by: renewed[root] ?? []) else { return nil }
      return Diagnostic(
        "device \(device.device): '\(parameter.name)' keeps last step's values",
        path: "program.devices[\(device.device)]", hint: "it is neither updated here nor received")
    }
  }

  /// A parameter that is put together for a layer has all its words when the layer computes.
  private func checkGathering(_ device: DeviceProgram) -> [Diagnostic] {
    var present: [Index<Buffer>: [Range<Int>]] = [:]
    var findings: [Diagnostic] = []
    for (position, instruction) in device.instructions.enumerated() {
      switch instruction {
      case .zero(let buffer): present[buffer] = [0..<device.buffers[buffer].words]
      case .receive(let message):
        present[program.messages[message].receiveBuffer] = [0..<program.messages[message].words]
      case .copy(let index):
        let copy = device.copies[index]
        if copy.defines { present[copy.destination.buffer] = [] }
        let first = copy.destination.offset
        present[copy.destination.buffer, default: []].append(first..<first + copy.count.count)
      case .forward(let index), .backward(let index), .backwardInput(let index), .backwardWeight(let index):
        for buffer in device.operations[index].parameters where !device.buffers[buffer].isPersistent {
          guard !(0..<device.buffers[buffer].words).isCovered(by: present[buffer] ?? []) else { continue }
          findings.append(
            finding(
              "computes with ‹\(device.buffers[buffer].name)›, which is not whole", device: device.device, at: position)
          )
        }
      default: break
      }
    }
    return findings
  }

  /// What a member of a collective receives is used: kept, added or passed on.
  func checkDeliveries() -> [Diagnostic] {
    zip(program.devices, accesses).flatMap { device, accesses -> [Diagnostic] in
      /// Per buffer, where it received a part that nobody has used yet.
      var unread = [Int?](repeating: nil, count: device.buffers.count)
      var findings: [Diagnostic] = []
      for (position, instruction) in device.instructions.enumerated() {
        if case .receive(let index) = instruction {
          let message = program.messages[index]
          if message.collective != nil { unread[message.receiveBuffer.position] = position }
          continue
        }
        if case .free(let buffer) = instruction, let received = unread[buffer.position] {
          findings.append(
            finding("receives a part of a collective for nothing", device: device.device, at: received))
        }
        for access in accesses[position] where access.kind == .read || access.kind == .free {
          unread[access.buffer.position] = nil
        }
      }
      return findings
    }
  }
}

extension Range<Int> {
  /// Whether every number of this range is in one of `parts`.
  fileprivate func isCovered(by parts: [Range<Int>]) -> Bool {
    var end = lowerBound
    for part in parts.sorted(by: { $0.lowerBound < $1.lowerBound }) where part.lowerBound <= end {
      end = Swift.max(end, part.upperBound)
    }
    return end >= upperBound
  }
}
