import Machines

extension Perturbation {
  /// Reads `{slow: {device: 2, factor: 2}, jitter: 0.1}`; `slow` may be a list of devices and links.
  ///
  /// - Parameter machine: what devices and links there are.
  init?(_ reader: NodeReader, of machine: Machine) {
    self.init()
    guard !reader.isNothing else { return }
    guard let fields = MappingReader(reader, keys: ["slow", "jitter"]) else { return nil }
    if let slow = fields["slow"], !slow.isNothing {
      let entries: [NodeReader]
      if case .sequence = slow.node { entries = slow.sequence("a list") ?? [] } else { entries = [slow] }
      for entry in entries where !add(entry, of: machine) { return nil }
    }
    if let jitter = fields["jitter"], !jitter.isNothing {
      guard let read = Jitter(jitter) else { return nil }
      self.jitter = read.amplitude > 0 ? read : nil
    }
  }

  /// Reads one slow device or link; false where it cannot be.
  private mutating func add(_ reader: NodeReader, of machine: Machine) -> Bool {
    guard let fields = MappingReader(reader, keys: ["device", "link", "factor"]) else { return false }
    let range = "a factor of at least 1 and at most 1000000, which is how many times slower it is"
    let factor = fields["factor"].map { $0.real(range) { (1...1e6).contains($0) } } ?? 2
    guard let factor else { return false }
    switch (fields["device"], fields["link"]) {
    case (let device?, nil):
      guard let number = device.integer(in: 0...(machine.devices - 1)) else { return false }
      slowDevices.append(SlowDevice(device: number, factor: factor))
    case (nil, let link?):
      guard let text = link.text() else { return false }
      guard let name = LinkName(text), machine.has(name) else {
        let known = machine.someLinkNames()
        link.report(
          "the machine has no link '\(text)'",
          hint: known.isEmpty
            ? "its devices share memory; give it a link, as link: \"20us,1GB/s\""
            : "its links are called as \(known.joined(separator: ", "))")
        return false
      }
      slowLinks.append(SlowLink(link: name, factor: factor))
    default:
      reader.report("what is slow is a device or a link", hint: "{device: 2, factor: 2}, or {link: 0-1, factor: 4}")
      return false
    }
    return true
  }
}

extension Perturbation.Jitter {
  /// Reads an amplitude, or `{amplitude: 0.1, seed: 3}`.
  fileprivate init?(_ reader: NodeReader) {
    let fields =
      reader.node.mapping == nil
      ? MappingReader(reader, standingFor: "amplitude") : MappingReader(reader, keys: ["amplitude", "seed"])
    guard let fields, let amplitude = fields.required("amplitude") else { return nil }
    let value = amplitude.real("an amplitude from 0 to 1000, as 0.1 for up to a tenth longer") {
      (0...1000).contains($0)
    }
    let seed = fields["seed"].map { $0.seed() } ?? 0
    guard let value, let seed else { return nil }
    self.init(amplitude: value, seed: seed)
  }
}
