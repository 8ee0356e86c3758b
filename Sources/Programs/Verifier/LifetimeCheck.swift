import Diagnostics

extension Verifier {
  /// Buffers are defined before they are read, never twice, freed once, and none is left at the step's end.
  func checkLifetimes() -> [Diagnostic] {
    zip(program.devices, accesses).flatMap { device, accesses -> [Diagnostic] in
      var findings: [Diagnostic] = []
      var isDefined = device.buffers.entries.map(\.isPersistent)
      var definedAt = [Int](repeating: 0, count: device.buffers.count)
      for position in device.instructions.indices {
        func complain(_ buffer: Index<Buffer>, _ what: String) {
          findings.append(
            finding("buffer ‹\(device.buffers[buffer].name)› \(what)", device: device.device, at: position))
        }
        for access in accesses[position] {
          let buffer = access.buffer
          switch access.kind {
          case .read, .modify:
            if !isDefined[buffer.position] { complain(buffer, "is used before it is written") }
          case .define:
            if isDefined[buffer.position] { complain(buffer, "is defined while it is still in use") }
            isDefined[buffer.position] = true
            definedAt[buffer.position] = position
          case .free:
            if device.buffers[buffer].isPersistent {
              complain(buffer, "is persistent and cannot be freed or sent")
            } else if !isDefined[buffer.position] {
              complain(buffer, "is freed or sent while it is not defined")
            }
            isDefined[buffer.position] = device.buffers[buffer].isPersistent
          }
        }
      }
      for buffer in device.buffers.indices
      where isDefined[buffer.position] && !device.buffers[buffer].isPersistent {
        findings.append(
          finding(
            "buffer ‹\(device.buffers[buffer].name)› is never freed", device: device.device,
            at: definedAt[buffer.position]))
      }
      return findings
    }
  }
}
