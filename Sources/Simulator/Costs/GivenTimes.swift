import Networks
import Programs

extension CostTable {
  /// Prices a network of measured layers: their times exactly as given, and nothing for anything else, so that a step's time
  /// follows from the given times, the order and the messages alone.
  ///
  /// A device that computes a part of a microbatch's samples takes that part of the time. The two halves of a backward pass
  /// together take the sum of their times, for the first layer too.
  public init(givenTimesOf program: Program) {
    self.init(
      program,
      assumptions: [
        "times of profiled layers are used exactly as given; loss, update, copies and the runtime cost nothing"
      ]
    ) { device, position in
      program.givenPicoseconds(device.instructions[position], on: device) ?? 0
    }
  }
}

extension Program {
  /// What a profiled layer's instruction takes by its given times; nil for every other instruction.
  func givenPicoseconds(_ instruction: Instruction, on device: DeviceProgram) -> Int64? {
    switch instruction {
    case .forward(let index):
      given(device.operations[index]) { $0.forwardMilliseconds }
    case .backward(let index):
      given(device.operations[index]) { $0.backwardInputMilliseconds + $0.backwardWeightMilliseconds }
    case .backwardInput(let index):
      given(device.operations[index]) { $0.backwardInputMilliseconds }
    case .backwardWeight(let index):
      given(device.operations[index]) { $0.backwardWeightMilliseconds }
    default: nil
    }
  }

  private func given(_ operation: Programs.Operation, _ milliseconds: (LayerProfile) -> Double) -> Int64? {
    guard let profile = operation.geometry.kind.profile else { return nil }
    let whole = samples(ofMicrobatch: operation.microbatch)
    let share = operation.box.n.count == whole ? 1 : Double(operation.box.n.count) / Double(max(whole, 1))
    return SimulatedTime.picoseconds(nanoseconds: milliseconds(profile) * share * 1e6)
  }
}
