import Diagnostics

extension Verifier {
  /// Each gradient is overwritten by its first contribution of a step or after an update, gets the others before the update,
  /// and is reduced between the last contribution and the update where a collective is to reduce it. After the last update
  /// nothing is contributed.
  func checkGradients() -> [Diagnostic] {
    guard program.mode == .training else { return [] }
    return program.devices.flatMap { device -> [Diagnostic] in
      var findings: [Diagnostic] = []
      /// Per gradient buffer of an operation, whether something was contributed in this step.
      var isBegun: Set<Index<Buffer>> = []
      /// The same for the places in gradients, buffer and offset, to which contributions are copied.
      var isCopied: Set<[Int]> = []
      var contributed: [Index<Operation>] = []
      let lastUpdate = device.lastUpdates
      var reducedAt: [Index<Buffer>: Int] = [:]
      var lastContribution: [Index<Buffer>: Int] = [:]
      for (position, instruction) in device.instructions.enumerated() {
        switch instruction {
        case .backward(let index), .backwardWeight(let index):
          contributed.append(index)
          let operation = device.operations[index]
          for gradient in operation.parameterGradients {
            if let last = lastUpdate[device.root(gradient)], last < position {
              findings.append(
                finding("contributes to a gradient after its update", device: device.device, at: position))
            }
            // A temporary gradient is begun where it is defined, which the check of lifetimes follows.
            guard device.buffers[gradient].isPersistent else { continue }
            if isBegun.insert(gradient).inserted == operation.accumulates {
              let what = operation.accumulates ? "adds to last step's gradient" : "overwrites an earlier contribution"
              findings.append(finding(what, device: device.device, at: position))
            }
            lastContribution[device.root(gradient)] = position
          }
        case .copy(let index) where device.copies[index].contributes,
          .accumulate(let index) where device.copies[index].contributes:
          let region = device.copies[index].destination
          if let last = lastUpdate[device.root(region.buffer)], last < position {
            findings.append(
              finding("contributes to a gradient after its update", device: device.device, at: position))
          }
          let adds = instruction == .accumulate(index)
          if isCopied.insert([region.buffer.position, region.offset]).inserted == adds {
            let what = adds ? "adds to last step's gradient" : "overwrites an earlier contribution"
            findings.append(finding(what, device: device.device, at: position))
          }
          lastContribution[device.root(region.buffer)] = position
        case .copy(let index) where device.copies[index].collective != nil,
          .accumulate(let index) where device.copies[index].collective != nil:
          reducedAt[device.root(device.copies[index].destination.buffer)] = position
        case .update(let index):
          let root = device.root(device.updates[index].gradient)
          isBegun = isBegun.filter { device.root($0) != root }
          isCopied = isCopied.filter { device.root(Index($0[0])) != root }
          if let reduced = reducedAt[root], reduced < lastContribution[root] ?? 0 {
            findings.append(
              finding("updates from a gradient that was reduced too early", device: device.device, at: position))
          }
        default: break
        }
      }
      for index in device.operations.indices where !device.operations[index].parameterGradients.isEmpty {
        let count = contributed.count { $0 == index }
        if count != 1 {
          let operation = device.operations[index]
          findings.append(
            Diagnostic(
              "device \(device.device): layer '\(program.graph.nodes[operation.node].name)', microbatch \(operation.microbatch), contributes \(count) times to its gradient",
              path: "program.devices[\(device.device)]", hint: "once is right"))
        }
      }
      return findings
    }
  }

  /// The messages of each collective carry exactly the words of its closed form and are as many, and every member takes
  /// part.
  func checkVolumes() -> [Diagnostic] {
    var words = [Int](repeating: 0, count: program.collectives.count)
    var messages = words
    var members = [Set<Int>](repeating: [], count: program.collectives.count)
    for message in program.messages.entries {
      guard let collective = message.collective else { continue }
      words[collective.position] += message.words
      messages[collective.position] += 1
      members[collective.position].formUnion([message.from, message.to])
    }
    return program.collectives.indices.flatMap { index -> [Diagnostic] in
      let collective = program.collectives[index]
      var findings: [Diagnostic] = []
      if words[index.position] != collective.expectedWords {
        findings.append(
          Diagnostic(
            "\(collective.label): messages carry \(words[index.position]) words, but \(collective.formula) is \(collective.expectedWords)",
            path: "program.collectives[\(index)]"))
      }
      if let expected = collective.expectedMessages, messages[index.position] != expected {
        findings.append(
          Diagnostic(
            "\(collective.label): there are \(messages[index.position]) messages, but \(collective.algorithm) takes \(expected)",
            path: "program.collectives[\(index)]"))
      }
      if members[index.position] != Set(collective.devices) {
        findings.append(
          Diagnostic(
            "\(collective.label): devices \(members[index.position].sorted()) take part, but it is for \(collective.devices)",
            path: "program.collectives[\(index)]"))
      }
      return findings
    }
  }
}

extension DeviceProgram {
  /// Where each gradient is used for the last time in a step.
  fileprivate var lastUpdates: [Index<Buffer>: Int] {
    var last: [Index<Buffer>: Int] = [:]
    for (position, instruction) in instructions.enumerated() {
      if case .update(let index) = instruction { last[root(updates[index].gradient)] = position }
    }
    return last
  }
}
