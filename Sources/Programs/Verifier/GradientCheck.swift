import Diagnostics

extension Verifier {
  /// Each gradient is overwritten by its first contribution of a step or after an update, gets the others before the update,
  /// and is exchanged between the last contribution and the update where a collective is to reduce it. After the last update
  /// nothing is contributed, and nothing that was contributed is dropped (``GradientWalk``).
  func checkGradients() -> [Diagnostic] {
    guard program.mode == .training else { return [] }
    return program.devices.flatMap { device -> [Diagnostic] in
      var walk = GradientWalk(device)
      for (position, instruction) in device.instructions.enumerated() { walk.visit(instruction, at: position) }
      walk.finish()
      var findings = walk.problems.map { finding($0.message, device: device.device, at: $0.position) }
      for index in device.operations.indices where !device.operations[index].parameterGradients.isEmpty {
        let count = walk.contributed.count { $0 == index }
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
