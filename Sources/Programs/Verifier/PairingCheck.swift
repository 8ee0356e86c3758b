import Diagnostics

extension Verifier {
  /// Every message is sent once by its sender and received once by its receiver, buffers have its size, and both ends of a
  /// channel agree on the order.
  func checkPairing() -> [Diagnostic] {
    var findings: [Diagnostic] = []
    var sent: [Index<Channel>: [Index<Message>]] = [:]
    var received = sent
    for device in program.devices {
      for (position, instruction) in device.instructions.enumerated() {
        switch instruction {
        case .send(let index):
          let message = program.messages[index]
          sent[message.channel, default: []].append(index)
          if message.from != device.device {
            findings.append(finding("sends a message of device \(message.from)", device: device.device, at: position))
          } else if device.buffers[message.sendBuffer].words != message.words {
            findings.append(finding("sends a buffer of another size", device: device.device, at: position))
          }
        case .receive(let index):
          let message = program.messages[index]
          received[message.channel, default: []].append(index)
          if message.to != device.device {
            findings.append(finding("receives a message for device \(message.to)", device: device.device, at: position))
          } else if device.buffers[message.receiveBuffer].words != message.words {
            findings.append(finding("receives into a buffer of another size", device: device.device, at: position))
          }
        default: break
        }
      }
    }
    for channel in program.channels.indices {
      let (out, into) = (sent[channel] ?? [], received[channel] ?? [])
      guard out != into else { continue }
      let ends = program.channels[channel]
      let place =
        zip(out, into).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? min(out.count, into.count)
      findings.append(
        Diagnostic(
          "device \(ends.from) sends \(out.count) messages to device \(ends.to), which receives \(into.count); they differ from message \(place) on",
          path: "program.channels[\(channel)]", hint: "every receive has its send, in the same order"))
    }
    return findings
  }
}
