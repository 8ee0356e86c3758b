import Programs

/// Decides which contribution to a gradient overwrites what is left of earlier updates and which adds: the first after an
/// update, or of the step, overwrites, and the first into a gradient that was dropped.
enum GradientAccumulation {
  static func mark(_ device: inout DeviceProgram) {
    var begun: Set<Index<Buffer>> = []
    for instruction in device.instructions {
      switch instruction {
      case .backward(let index), .backwardWeight(let index):
        let gradients = device.operations[index].parameterGradients
        device.operations[index].accumulates = gradients.contains { begun.contains($0) }
        begun.formUnion(gradients)
      case .update(let index):
        let root = device.root(device.updates[index].gradient)
        begun = begun.filter { device.root($0) != root }
      case .free(let buffer): begun.remove(buffer)
      default: break
      }
    }
  }
}
