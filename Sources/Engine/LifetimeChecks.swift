import Diagnostics
import Networks
import Programs

/// What has to hold in a program so that executing it touches no memory that is not there. A verifier tells more, and
/// earlier; this is the engine's own guard, because its kernels trust sizes and lifetimes.
struct LifetimeChecks {
  private let program: Program
  private var problems: [Diagnostic] = []

  /// - Throws: the first problem of every device, and every message or channel that does not fit.
  static func check(_ program: Program) throws(DiagnosticList) {
    var checks = LifetimeChecks(program: program)
    for device in program.devices { checks.walk(device) }
    if checks.problems.isEmpty { checks.checkOrder() }
    if !checks.problems.isEmpty { throw DiagnosticList(checks.problems) }
  }

  private init(program: Program) { self.program = program }

  /// Follows a device through a step: what is read is defined, what is defined is freed.
  private mutating func walk(_ device: DeviceProgram) {
    var isDefined = device.buffers.entries.map { $0.isPersistent || $0.parent != nil }
    for (position, instruction) in device.instructions.enumerated() {
      func complain(_ text: String) {
        problems.append(
          Diagnostic(
            "device \(device.device), instruction \(position): \(text)\n"
              + Excerpt.text(of: device, in: program, around: position)))
      }
      if let text = messageProblem(instruction, device) { return complain(text) }
      let access = device.access(of: instruction, messages: program.messages)
      for buffer in access.reads + access.modifies + access.frees where !isDefined[buffer.position] {
        return complain("'\(device.buffers[buffer].name)' is used, but not defined here")
      }
      for buffer in access.frees {
        if device.buffers[buffer].isPersistent { return complain("'\(device.buffers[buffer].name)' stays, but is freed") }
        isDefined[buffer.position] = false
      }
      for buffer in access.defines where !device.buffers[buffer].isPersistent {
        if isDefined[buffer.position] { return complain("'\(device.buffers[buffer].name)' is defined twice") }
        isDefined[buffer.position] = true
      }
      if let text = sizeProblem(instruction, device) { return complain(text) }
    }
    for (position, buffer) in device.buffers.entries.enumerated()
    where isDefined[position] && !buffer.isPersistent && buffer.parent == nil {
      problems.append(Diagnostic("device \(device.device): '\(buffer.name)' is still defined when the step ends"))
    }
    if device.instructions.last != .endOfStep {
      problems.append(Diagnostic("device \(device.device): the last instruction is not endOfStep"))
    }
  }

  private func messageProblem(_ instruction: Instruction, _ device: DeviceProgram) -> String? {
    switch instruction {
    case .send(let index):
      let message = program.messages[index]
      if message.from != device.device { return "a message of device \(message.from) is sent here" }
      let channel = program.channels[message.channel]
      if channel.from != message.from || channel.to != message.to { return "the message and its channel differ" }
      if channel.capacity < 1 { return "the channel has no room" }
      return message.words == device.buffers[message.sendBuffer].words ? nil : "the message and its buffer differ in size"
    case .receive(let index):
      let message = program.messages[index]
      if message.to != device.device { return "a message to device \(message.to) is received here" }
      return message.words == device.buffers[message.receiveBuffer].words
        ? nil : "the message and its buffer differ in size"
    default: return nil
    }
  }

  /// Buffers are as large as the geometry says that kernels will read and write.
  private func sizeProblem(_ instruction: Instruction, _ device: DeviceProgram) -> String? {
    func lacks(_ buffer: Index<Buffer>?, _ words: Int) -> String? {
      guard let buffer, device.buffers[buffer].words != words else { return nil }
      return "'\(device.buffers[buffer].name)' has \(device.buffers[buffer].words) words instead of \(words)"
    }
    switch instruction {
    case .forward(let index), .backward(let index), .backwardInput(let index), .backwardWeight(let index):
      let operation = device.operations[index]
      let geometry = operation.geometry
      let isForward = instruction == .forward(index)
      var pairs: [(Index<Buffer>?, Int)] = []
      if isForward || geometry.kind.backwardReadsInput {
        pairs += zip(operation.inputs, geometry.inputs).map { ($0, $1.count) }
      }
      if isForward || geometry.kind.backwardReadsOutput { pairs.append((operation.output, geometry.output.count)) }
      if !isForward {
        pairs.append((operation.outputGradient, geometry.output.count))
        pairs += zip(operation.inputGradients, geometry.inputs).map { ($0, $1.count) }
        pairs += zip(operation.parameterGradients, operation.parameters).map { ($0, device.buffers[$1].words) }
      }
      pairs += zip(operation.saved, geometry.savedWords)
      return pairs.lazy.compactMap(lacks).first
    case .loss(let index):
      let loss = device.losses[index]
      let words = loss.samples.count * loss.outputs
      return lacks(loss.logits, words) ?? lacks(loss.gradient, words) ?? lacks(loss.targets, loss.samples.count)
    case .load(let index):
      let load = device.loads[index]
      let batch = 0..<program.batch
      if let box = load.input, box.n.clamped(to: batch) != box.n { return "samples \(box.n) are not in the batch" }
      if let range = load.targets, range.clamped(to: batch) != range { return "samples \(range) are not in the batch" }
      return lacks(load.inputBuffer, load.input?.count ?? 0) ?? lacks(load.targetBuffer, load.targets?.count ?? 0)
    case .update(let index):
      let update = device.updates[index]
      let words = device.buffers[update.parameter].words
      if update.states.count != program.optimizer.stateCount {
        return "the optimizer keeps \(program.optimizer.stateCount) states, not \(update.states.count)"
      }
      return ([update.gradient] + update.states).lazy.compactMap { lacks($0, words) }.first
    default: return nil
    }
  }

  /// Every channel's messages are received in the order in which they are sent.
  private mutating func checkOrder() {
    var sent = Array(repeating: [Index<Message>](), count: program.channels.count)
    var received = sent
    for instruction in program.devices.flatMap(\.instructions) {
      switch instruction {
      case .send(let index): sent[program.messages[index].channel.position].append(index)
      case .receive(let index): received[program.messages[index].channel.position].append(index)
      default: break
      }
    }
    for (number, channel) in program.channels.entries.enumerated() where sent[number] != received[number] {
      problems.append(
        Diagnostic(
          "the channel from device \(channel.from) to device \(channel.to) sends messages \(sent[number]) "
            + "but receives \(received[number])"))
    }
  }
}
