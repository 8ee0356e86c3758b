import Networks

/// What an instruction does to one buffer of its device.
public struct Access: Hashable, Sendable {
  public enum Kind: Sendable {
    /// Must be defined before; left as it is.
    case read
    /// Must be defined before; changed.
    case modify
    /// Must be undefined before; written whole.
    case define
    /// Must be defined before; undefined after.
    case free
  }

  public var kind: Kind
  public var buffer: Index<Buffer>
}

extension ArraySlice<Access> {
  /// The buffers to which just that is done.
  public func buffers(_ kind: Access.Kind) -> some Sequence<Programs.Index<Buffer>> {
    lazy.filter { $0.kind == kind }.map(\.buffer)
  }
}

/// The accesses of each instruction of a device, in one list; views count as themselves.
public struct Accesses: Sendable {
  private var entries: [Access] = []
  /// Where each instruction's entries begin.
  private var begins = [0]

  public init(of device: DeviceProgram, messages: Table<Message>) {
    entries.reserveCapacity(2 * device.instructions.count)
    begins.reserveCapacity(device.instructions.count + 1)
    for instruction in device.instructions {
      add(instruction, of: device, messages)
      begins.append(entries.count)
    }
  }

  /// Those of one instruction, which need not stand in the device's program.
  public init(of instruction: Instruction, on device: DeviceProgram, messages: Table<Message>) {
    add(instruction, of: device, messages)
    begins.append(entries.count)
  }

  /// What the instruction at `position` does.
  public subscript(position: Int) -> ArraySlice<Access> { entries[begins[position]..<begins[position + 1]] }

  private mutating func add(_ instruction: Instruction, of device: DeviceProgram, _ messages: Table<Message>) {
    switch instruction {
    case .load(let index):
      add(.define, device.loads[index].inputBuffer)
      add(.define, device.loads[index].targetBuffer)
    case .forward(let index):
      let operation = device.operations[index]
      add(.read, operation.inputs)
      add(.read, operation.parameters)
      if let shared = operation.shared { add(.read, shared.moments) }
      add(.modify, operation.states)
      add(operation.accumulatesOutput ? .modify : .define, operation.output)
      add(.define, operation.saved)
    case .loss(let index):
      let loss = device.losses[index]
      add(.read, loss.logits)
      add(.read, loss.targets)
      add(.define, loss.gradient)
    case .backward(let index):
      let operation = device.operations[index]
      addBackwardReads(operation)
      addInputGradients(operation)
      addParameterGradients(operation, of: device)
    case .backwardInput(let index):
      addBackwardReads(device.operations[index])
      addInputGradients(device.operations[index])
    case .backwardWeight(let index):
      let operation = device.operations[index]
      if operation.shared == nil { addBackwardReads(operation) } else { add(.read, operation.ownGradientSums) }
      addParameterGradients(operation, of: device)
    case .statistics(let index):
      add(.read, device.operations[index].inputs)
      add(.define, device.operations[index].ownMoments)
    case .gradientSums(let index):
      let operation = device.operations[index]
      add(.read, operation.inputs)
      add(.read, operation.saved)
      add(.read, operation.outputGradient)
      add(.define, operation.ownGradientSums)
    case .runningStatistics(let index):
      for part in device.runningUpdates[index].parts { add(.read, part.moments) }
      add(.modify, device.runningUpdates[index].states)
    case .copy(let index):
      add(.read, device.copies[index].source.buffer)
      add(device.copies[index].defines ? .define : .modify, device.copies[index].destination.buffer)
    case .accumulate(let index):
      add(.read, device.copies[index].source.buffer)
      add(.modify, device.copies[index].destination.buffer)
    case .zero(let buffer): add(device.buffers[buffer].isPersistent ? .modify : .define, buffer)
    case .send(let message): add(.free, messages[message].sendBuffer)
    case .receive(let message): add(.define, messages[message].receiveBuffer)
    case .update(let index):
      let update = device.updates[index]
      add(.read, update.gradient)
      add(.read, update.source)
      add(.modify, update.parameter)
      add(.modify, update.states)
    case .free(let buffer): add(.free, buffer)
    case .endOfStep: break
    }
  }

  private mutating func addBackwardReads(_ operation: Operation) {
    let kind = operation.geometry.kind
    add(.read, operation.outputGradient)
    add(.read, operation.saved)
    if kind.backwardReadsInput { add(.read, operation.inputs) }
    if kind.backwardReadsOutput { add(.read, operation.output) }
    if kind.backwardReadsParameters { add(.read, operation.parameters) }
    if let shared = operation.shared { add(.read, shared.gradientSums) }
  }

  private mutating func addInputGradients(_ operation: Operation) {
    for gradient in operation.inputGradients {
      add(operation.accumulatesInputGradients ? .modify : .define, gradient)
    }
  }

  private mutating func addParameterGradients(_ operation: Operation, of device: DeviceProgram) {
    for gradient in operation.parameterGradients {
      add(operation.accumulates || device.buffers[gradient].isPersistent ? .modify : .define, gradient)
    }
  }

  private mutating func add(_ kind: Access.Kind, _ buffer: Index<Buffer>?) {
    if let buffer { entries.append(Access(kind: kind, buffer: buffer)) }
  }

  private mutating func add(_ kind: Access.Kind, _ buffers: [Index<Buffer>]) {
    for buffer in buffers { entries.append(Access(kind: kind, buffer: buffer)) }
  }
}
