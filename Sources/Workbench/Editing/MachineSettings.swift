import Diagnostics
import Machines
import Scenes

/// The fields of a scene's machine beyond its devices and link, and back.
enum MachineSettings {
  /// The fields in the order of the strategy panel.
  static func fields(of machine: Machine) -> [SettingField] {
    let topology = Self.text(of: machine.topology)
    let standard = ["crossbar", "bus", "ring", "torus", "switch", "fatTree", "sockets", "hosts"]
    let isStandard = standard.contains { (try? Topology(yaml: $0)) == machine.topology }
    var fields = [
      SettingField(
        "machine", machine.file ?? "none", .choice(["none"] + MachineLibrary.machines.map(\.name)),
        hint: machine.file.flatMap { name in MachineLibrary.machines.first { $0.name == name }?.about }
          ?? "a machine of presets/machines; none: as written here"),
      SettingField(
        "topology", topology, .choice(isStandard ? standard : standard + [topology]),
        hint: "which links there are; also as {torus: {rows: 2}}"),
    ]
    let slow = machine.perturbation.slowDevices.first
    fields.append(
      SettingField(
        "slow device", slow.map { "\($0.device)" } ?? "none", .integer(0...(machine.devices - 1), automatic: "none"),
        hint: "its instructions take longer, so the others wait"))
    if let slow {
      fields.append(SettingField("slow factor", slow.factor.text, .decade, hint: "how many times longer; 1 or more"))
    }
    let link = machine.perturbation.slowLinks.first
    let links = machine.someLinkNames()
    if !links.isEmpty || link != nil {
      let own = link.map { "\($0.link)" } ?? "none"
      let names = ["none"] + links
      fields.append(
        SettingField(
          "slow link", own, .choice(names.contains(own) ? names : names + [own]),
          hint: "latency and transfers take longer; any link can be typed"))
    }
    if let link {
      fields.append(SettingField("link factor", link.factor.text, .decade, hint: "how many times longer; 1 or more"))
    }
    let jitter = machine.perturbation.jitter
    let amplitudes = ["0", "0.1", "0.2", "0.5", "1"]
    let own = jitter?.amplitude.text ?? "0"
    fields.append(
      SettingField(
        "jitter", own, .choice(amplitudes.contains(own) ? amplitudes : amplitudes + [own]),
        hint: "each instruction takes up to that share longer, by chance"))
    if let jitter {
      fields.append(
        SettingField("jitter seed", "\(jitter.seed)", .integer(0...(1 << 31)), hint: "another seed, other delays"))
    }
    return fields
  }

  /// Changes one field; false where there is no such field.
  static func set(_ key: String, _ text: String, of machine: inout Machine) throws(FieldProblem) -> Bool {
    switch key {
    case "machine":
      if text == machine.file ?? "none" { return true }
      let perturbation = machine.perturbation
      if text == "none" {
        machine.file = nil
      } else {
        guard let preset = MachineLibrary.machines.first(where: { $0.name == text }) else {
          throw FieldProblem("one of \(MachineLibrary.machines.map(\.name).joined(separator: ", "))")
        }
        machine = preset.machine
        machine.file = text
      }
      machine.perturbation = perturbation
      machine.perturbation.keepWhatExists(on: machine)
    case "topology":
      if text == Self.text(of: machine.topology) { return true }
      do throws(DiagnosticList) {
        machine.topology = try Topology(yaml: text)
      } catch {
        throw FieldProblem(
          [error.all.first?.message, error.all.first?.hint].compactMap { $0 }.joined(separator: "; "))
      }
      machine.perturbation.keepWhatExists(on: machine)
    case "slow device", "slow factor":
      var slow = machine.perturbation.slowDevices
      try change(&slow, text, isFactor: key == "slow factor") { (text: String) throws(FieldProblem) -> Int in
        guard let device = Int(text), (0..<machine.devices).contains(device) else {
          throw FieldProblem("none, or a device of 0 to \(machine.devices - 1)")
        }
        return device
      } make: {
        Perturbation.SlowDevice(device: $0, factor: $1)
      }
      machine.perturbation.slowDevices = slow
    case "slow link", "link factor":
      let known = machine
      var slow = machine.perturbation.slowLinks
      try change(&slow, text, isFactor: key == "link factor") { (text: String) throws(FieldProblem) -> LinkName in
        guard let name = LinkName(text), known.has(name) else {
          throw FieldProblem("none, or a link as \(known.someLinkNames(limit: 4).joined(separator: ", "))")
        }
        return name
      } make: {
        Perturbation.SlowLink(link: $0, factor: $1)
      }
      machine.perturbation.slowLinks = slow
    case "jitter":
      guard let value = Double(text), (0...1000).contains(value) else { throw FieldProblem("a number from 0 to 1000") }
      let seed = machine.perturbation.jitter?.seed ?? 0
      machine.perturbation.jitter = value > 0 ? Perturbation.Jitter(amplitude: value, seed: seed) : nil
    case "jitter seed":
      guard let seed = UInt64(text) else { throw FieldProblem("a whole number of at least 0") }
      machine.perturbation.jitter?.seed = seed
    default: return false
    }
    return true
  }

  /// Gives the machine another number of devices; what was said of devices that are gone goes with them.
  static func resize(_ machine: inout Machine, to devices: Int) {
    func fitted<Value>(_ list: [Value]) -> [Value] {
      guard list.count > 1, let last = list.last else { return list }
      return (0..<devices).map { list.indices.contains($0) ? list[$0] : last }
    }
    machine.devices = devices
    machine.rates = fitted(machine.rates)
    machine.memory = fitted(machine.memory)
    machine.perturbation.keepWhatExists(on: machine)
  }

  private static func text(of topology: Topology) -> String {
    let words = ["torus", "fatTree", "sockets", "hosts"]
    return words.first { (try? Topology(yaml: $0)) == topology } ?? topology.yaml
  }

  /// Changes the first of some slow things, or its factor; `none` takes it away.
  private static func change<Thing: SlowThing>(
    _ list: inout [Thing], _ text: String, isFactor: Bool, read: (String) throws(FieldProblem) -> Thing.Name,
    make: (Thing.Name, Double) -> Thing
  ) throws(FieldProblem) {
    if isFactor {
      guard let factor = Double(text), (1...1e6).contains(factor) else {
        throw FieldProblem("a number from 1 to 1000000")
      }
      if !list.isEmpty { list[0].factor = factor }
    } else if text == "none" || text.isEmpty {
      list = Array(list.dropFirst())
    } else {
      let changed = make(try read(text), list.first?.factor ?? 2)
      list = [changed] + list.dropFirst()
    }
  }
}

/// Something that a perturbation makes slower.
private protocol SlowThing {
  associatedtype Name
  var factor: Double { get set }
}

extension Perturbation.SlowDevice: SlowThing { fileprivate typealias Name = Int }
extension Perturbation.SlowLink: SlowThing { fileprivate typealias Name = LinkName }

extension Perturbation {
  /// Forgets devices and links that the machine has not.
  fileprivate mutating func keepWhatExists(on machine: Machine) {
    slowDevices.removeAll { $0.device >= machine.devices }
    slowLinks.removeAll { !machine.has($0.link) }
  }
}

extension Double {
  /// As short as it reads back.
  fileprivate var text: String { self == rounded() && abs(self) < 1e6 ? "\(Int(self))" : "\(self)" }
}
