import Diagnostics

extension Verifier {
  /// Buffers are defined before they are read, never twice, freed once, and none is left at the step's end.
  func checkLifetimes() -> [Diagnostic] {
    program.devices.flatMap { device -> [Diagnostic] in
      var findings: [Diagnostic] = []
      var isDefined = device.buffers.entries.map(\.isPersistent)
      var definedAt = [Int](repeating: 0, count: device.buffers.count)
      for (position, instruction) in device.instructions.enumerated() {
        let access = device.access(of: instruction, messages: program.messages)
        func complain(_ buffer: Index<Buffer>, _ what: String) {
          findings.append(
            finding("buffer ‹\(device.buffers[buffer].name)› \(what)", device: device.device, at: position))
        }
        for buffer in access.reads + access.modifies where !isDefined[buffer.position] {
          complain(buffer, "is used before it is written")
        }
        for buffer in access.defines {
          if isDefined[buffer.position] { complain(buffer, "is defined while it is still in use") }
          isDefined[buffer.position] = true
          definedAt[buffer.position] = position
        }
        for buffer in access.frees {
          if device.buffers[buffer].isPersistent {
            complain(buffer, "is persistent and cannot be freed or sent")
          } else if !isDefined[buffer.position] {
            complain(buffer, "is freed or sent while it is not defined")
          }
          isDefined[buffer.position] = device.buffers[buffer].isPersistent
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
