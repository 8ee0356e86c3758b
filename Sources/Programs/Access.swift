import Networks

/// What an instruction does to the buffers of its device.
public struct Access: Hashable, Sendable {
  /// Must be defined before; left as they are.
  public var reads: [Index<Buffer>] = []
  /// Must be defined before; changed.
  public var modifies: [Index<Buffer>] = []
  /// Must be undefined before; written whole.
  public var defines: [Index<Buffer>] = []
  /// Must be defined before; undefined after.
  public var frees: [Index<Buffer>] = []
}

extension DeviceProgram {
  /// The accesses of one instruction of this device; views count as themselves.
  public func access(of instruction: Instruction, messages: Table<Message>) -> Access {
    var access = Access()
    switch instruction {
    case .load(let index):
      let load = loads[index]
      access.defines = [load.inputBuffer, load.targetBuffer].compactMap { $0 }
    case .forward(let index):
      let operation = operations[index]
      access.reads = operation.inputs + operation.parameters + (operation.shared?.moments ?? [])
      access.modifies = operation.states + (operation.accumulatesOutput ? [operation.output] : [])
      access.defines = (operation.accumulatesOutput ? [] : [operation.output]) + operation.saved
    case .loss(let index):
      let loss = losses[index]
      access.reads = [loss.logits, loss.targets]
      access.defines = [loss.gradient].compactMap { $0 }
    case .backward(let index):
      access = backwardReads(operations[index])
      access.reads += operations[index].shared?.gradientSums ?? []
      writeInputGradients(operations[index], &access)
      writeParameterGradients(operations[index], &access)
    case .backwardInput(let index):
      access = backwardReads(operations[index])
      access.reads += operations[index].shared?.gradientSums ?? []
      writeInputGradients(operations[index], &access)
    case .backwardWeight(let index):
      if operations[index].shared != nil {
        access.reads = [operations[index].ownGradientSums].compactMap { $0 }
      } else {
        access = backwardReads(operations[index])
      }
      writeParameterGradients(operations[index], &access)
    case .statistics(let index):
      let operation = operations[index]
      access.reads = operation.inputs
      access.defines = [operation.ownMoments].compactMap { $0 }
    case .gradientSums(let index):
      let operation = operations[index]
      access.reads = operation.inputs + operation.saved + [operation.outputGradient].compactMap { $0 }
      access.defines = [operation.ownGradientSums].compactMap { $0 }
    case .runningStatistics(let index):
      access.reads = runningUpdates[index].parts.flatMap(\.moments)
      access.modifies = runningUpdates[index].states
    case .copy(let index):
      let copy = copies[index]
      access.reads = [copy.source.buffer]
      if copy.defines {
        access.defines = [copy.destination.buffer]
      } else {
        access.modifies = [copy.destination.buffer]
      }
    case .accumulate(let index):
      access.reads = [copies[index].source.buffer]
      access.modifies = [copies[index].destination.buffer]
    case .zero(let buffer):
      if buffers[buffer].isPersistent { access.modifies = [buffer] } else { access.defines = [buffer] }
    case .send(let message):
      access.frees = [messages[message].sendBuffer]
    case .receive(let message):
      access.defines = [messages[message].receiveBuffer]
    case .update(let index):
      let update = updates[index]
      access.reads = [update.gradient] + [update.source].compactMap { $0 }
      access.modifies = [update.parameter] + update.states
    case .free(let buffer):
      access.frees = [buffer]
    case .endOfStep:
      break
    }
    return access
  }

  private func writeInputGradients(_ operation: Operation, _ access: inout Access) {
    let gradients = operation.inputGradients.compactMap { $0 }
    if operation.accumulatesInputGradients { access.modifies += gradients } else { access.defines += gradients }
  }

  private func writeParameterGradients(_ operation: Operation, _ access: inout Access) {
    for gradient in operation.parameterGradients {
      if buffers[gradient].isPersistent || operation.accumulates {
        access.modifies.append(gradient)
      } else {
        access.defines.append(gradient)
      }
    }
  }

  private func backwardReads(_ operation: Operation) -> Access {
    let kind = operation.geometry.kind
    var reads = [operation.outputGradient].compactMap { $0 } + operation.saved
    if kind.backwardReadsInput { reads += operation.inputs }
    if kind.backwardReadsOutput { reads.append(operation.output) }
    if kind.backwardReadsParameters { reads += operation.parameters }
    return Access(reads: reads)
  }
}
