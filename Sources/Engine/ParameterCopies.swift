import Checkpoints

extension ModelParameters {
  /// Learned parameters of which two devices, or one device twice, hold words that differ in any bit: there are none where
  /// every copy saw the same arithmetic.
  func unequalCopies() -> [String] {
    var known = program.graph.nodes.map { node in node.parameters.map { [UInt32?](repeating: nil, count: $0.count) } }
    var unequal: Set<String> = []
    for device in program.devices {
      for held in device.parameters where held.slot == 0 {
        let parameter = program.graph.nodes[held.node].parameters[held.ordinal]
        guard parameter.isLearned else { continue }
        var words = memories[device.device].read(held.buffer.position)[...]
        ParameterBoxes.eachRun(shape: parameter.shape, ranges: held.ranges) { run in
          for place in run {
            let bits = words.removeFirst().bitPattern
            if known[held.node][held.ordinal][place] ?? bits != bits { unequal.insert(parameter.name) }
            known[held.node][held.ordinal][place] = bits
          }
        }
      }
    }
    return unequal.sorted()
  }
}
