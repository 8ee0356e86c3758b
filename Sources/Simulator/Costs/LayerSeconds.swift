import Networks
import Programs

extension Calibration {
  /// What each layer of a serial program takes for its forward and backward, in seconds of all samples of the program: for the
  /// balance of pipeline stages.
  ///
  /// - Parameter program: of one device, so that every layer is there as a whole.
  /// - Returns: one number per node of the graph.
  public func layerSeconds(of program: Program) -> [Double] {
    let costs = CostTable(program, calibration: self, origin: "")
    var seconds = program.graph.nodes.map { _ in 0.0 }
    for device in program.devices {
      for (position, instruction) in device.instructions.enumerated() {
        switch instruction {
        case .forward(let index), .backward(let index), .backwardInput(let index), .backwardWeight(let index):
          seconds[device.operations[index].node] +=
            Double(costs.picoseconds(device: device.device, position: position, step: 0)) / 1e12
        default: break
        }
      }
    }
    return seconds
  }
}
