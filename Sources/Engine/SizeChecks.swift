import Diagnostics
import Networks
import Programs

/// Whether buffers are as large as the geometry says that kernels will read and write: kernels trust sizes.
struct SizeChecks {
  private let program: Program

  /// - Throws: the first wrong size of every device.
  static func check(_ program: Program) throws(DiagnosticList) {
    let checks = SizeChecks(program: program)
    let problems = program.devices.compactMap(checks.firstProblem)
    if !problems.isEmpty { throw DiagnosticList(problems) }
  }

  private func firstProblem(_ device: DeviceProgram) -> Diagnostic? {
    for (position, instruction) in device.instructions.enumerated() {
      guard let text = problem(instruction, device) else { continue }
      return Diagnostic(
        "device \(device.device): \(text)\n\(program.excerpt(device: device.device, around: position))",
        path: "program.devices[\(device.device)].instructions[\(position)]")
    }
    return nil
  }

  private func problem(_ instruction: Instruction, _ device: DeviceProgram) -> String? {
    func lacks(_ buffer: Index<Buffer>?, _ words: Int) -> String? {
      guard let buffer, device.buffers[buffer].words != words else { return nil }
      return "'\(device.buffers[buffer].name)' has \(device.buffers[buffer].words) words instead of \(words)"
    }
    switch instruction {
    case .forward(let index):
      let operation = device.operations[index]
      let pairs =
        zip(operation.inputs, operation.geometry.inputs.map(\.count)) + [
          (operation.output, operation.geometry.output.count)
        ]
        + zip(operation.saved, operation.geometry.savedWords)
      return pairs.lazy.compactMap { lacks($0, $1) }.first
    case .backward(let index), .backwardInput(let index), .backwardWeight(let index):
      let operation = device.operations[index]
      let inputs = zip(operation.inputGradients, operation.geometry.inputs).map { lacks($0, $1.count) }
      let parameters = zip(operation.parameterGradients, operation.parameters)
        .map { lacks($0, device.buffers[$1].words) }
      var all = [lacks(operation.outputGradient, operation.geometry.output.count)] + inputs + parameters
      if case .linear = operation.geometry.kind, let weight = operation.parameterGradients.first {
        all.append(lacks(weight, operation.geometry.inputs[0].sampleCount * operation.geometry.output.k))
      }
      return all.lazy.compactMap { $0 }.first
    case .runningStatistics(let index):
      let update = device.runningUpdates[index]
      let moments = update.parts.flatMap { part in
        part.moments.map { lacks($0, 2 * (part.counts.first?.count ?? 0) * update.channels) }
      }
      return (moments + update.states.map { lacks($0, update.channels) }).lazy.compactMap { $0 }.first
    case .loss(let index):
      let loss = device.losses[index]
      if loss.outputs != loss.heads.count * program.graph.headOutputs
        || loss.heads.clamped(to: 0..<program.graph.headCount) != loss.heads
      {
        return "a loss of \(loss.outputs) words per sample is not that of heads \(loss.heads)"
      }
      let words = loss.samples.count * loss.outputs
      return lacks(loss.logits, words) ?? lacks(loss.gradient, words) ?? lacks(loss.targets, loss.samples.count)
    case .load(let index):
      let load = device.loads[index]
      for range in [load.input?.n, load.targets].compactMap({ $0 }) where range.clamped(to: 0..<program.batch) != range
      {
        return "samples \(range) are not in a batch of \(program.batch)"
      }
      return lacks(load.inputBuffer, load.input?.count ?? 0) ?? lacks(load.targetBuffer, load.targets?.count ?? 0)
    case .update(let index):
      let update = device.updates[index]
      if update.states.count != program.optimizer.stateCount {
        return "the optimizer keeps \(program.optimizer.stateCount) states, not \(update.states.count)"
      }
      let words = device.buffers[update.parameter].words
      return ([update.gradient] + update.states + [update.source].compactMap { $0 }).lazy.compactMap {
        lacks($0, words)
      }.first
    case .send(let index):
      let channel = program.channels[program.messages[index].channel]
      return channel.capacity < 1 ? "the channel to device \(channel.to) has no room" : nil
    default: return nil
    }
  }
}
