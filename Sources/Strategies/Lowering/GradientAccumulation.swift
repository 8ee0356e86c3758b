import Programs

/// Decides which contribution to a gradient overwrites what is left of earlier updates and which adds: the first after an
/// update, or of the step, overwrites, and the first into a gradient that was dropped.
enum GradientAccumulation {
  static func mark(_ device: inout DeviceProgram) {
    /// Words of a persistent gradient that contributions write together.
    struct Target: Hashable {
      var buffer: Index<Buffer>
      var offset = 0
    }
    /// Temporary gradients of several contributions; others are begun by whoever defines them.
    var dropped: Set<Index<Buffer>> = []
    for case .free(let buffer) in device.instructions { dropped.insert(buffer) }
    var begun: Set<Target> = []
    var instructions = device.instructions
    for (position, instruction) in device.instructions.enumerated() {
      switch instruction {
      case .backward(let index), .backwardWeight(let index):
        let gradients = device.operations[index].parameterGradients.filter {
          device.buffers[$0].isPersistent || dropped.contains($0)
        }
        guard !gradients.isEmpty else { continue }
        device.operations[index].accumulates = gradients.contains { begun.contains(Target(buffer: $0)) }
        begun.formUnion(gradients.map { Target(buffer: $0) })
      case .copy(let index) where device.copies[index].contributes,
        .accumulate(let index) where device.copies[index].contributes:
        let region = device.copies[index].destination
        let isFirst = begun.insert(Target(buffer: region.buffer, offset: region.offset)).inserted
        instructions[position] = isFirst ? .copy(index) : .accumulate(index)
      case .update(let index):
        let root = device.root(device.updates[index].gradient)
        begun = begun.filter { device.root($0.buffer) != root }
      case .free(let buffer): begun.remove(Target(buffer: buffer))
      default: break
      }
    }
    device.replaceInstructions(
      instructions.indices.map { (instructions[$0], device.lanes[$0], device.actions[$0]) })
  }
}
