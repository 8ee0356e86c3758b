import Machines
import Scenes
import Testing

@testable import Workbench

/// The machine's fields of the strategy panel.
struct MachineSettingsTests {
  private func scene(_ keys: (String, String)...) throws -> Scene {
    try keys.reduce(WorkbenchRig.scene()) { try SceneSettings.setting($1.0, $1.1, in: $0) }
  }

  private func value(_ key: String, _ scene: Scene) -> String? {
    SceneSettings.fields(of: scene).first { $0.key == key }?.value
  }

  @Test func machinesAndLinksAreChosenByName() throws {
    let dgx = try scene(("machine", "dgx1-v100"))
    #expect(dgx.machine.devices == 8 && dgx.machine.file == "dgx1-v100")
    #expect(value("machine", dgx) == "dgx1-v100" && value("link", dgx) == "nvlink2")
    let ring = try scene(("devices", "4"), ("topology", "ring"), ("link", "ethernet-10g"))
    #expect(ring.machine.topology == .ring && ring.machine.linkName == "ethernet-10g")
    #expect(value("topology", ring) == "ring" && value("link", ring) == "ethernet-10g")
    #expect(try scene(("topology", "{torus: {rows: 1}}")).machine.topology == .torus(rows: 1))
    for (key, text) in [("machine", "dgx9"), ("topology", "rign"), ("link", "fast")] {
      #expect(throws: FieldProblem.self) { try scene((key, text)) }
    }
  }

  @Test func perturbationsHaveFields() throws {
    let plain = try scene(("devices", "4"))
    #expect(value("slow device", plain) == "none" && value("slow factor", plain) == nil)
    #expect(value("slow link", plain) == nil)
    let slow = try scene(("devices", "4"), ("link", "20us,1GB/s"), ("slow device", "2"), ("slow factor", "5"))
    #expect(slow.machine.perturbation.slowDevices == [.init(device: 2, factor: 5)])
    #expect(value("slow factor", slow) == "5")
    let link = try SceneSettings.setting("slow link", "0-1", in: slow)
    #expect(link.machine.perturbation.slowLinks == [.init(link: .between(0, 1), factor: 2)])
    #expect(try SceneSettings.setting("slow device", "none", in: link).machine.perturbation.slowDevices.isEmpty)
    let jitter = try scene(("jitter", "0.2"), ("jitter seed", "4"))
    #expect(jitter.machine.perturbation.jitter == .init(amplitude: 0.2, seed: 4))
    #expect(try SceneSettings.setting("jitter", "0", in: jitter).machine.perturbation.isEmpty)
    for (key, text) in [("slow device", "4"), ("slow factor", "0.5"), ("slow link", "0-9"), ("jitter", "-1")] {
      #expect(throws: FieldProblem.self) { try SceneSettings.setting(key, text, in: slow) }
    }
  }

  /// What is said of devices that are gone goes with them.
  @Test func fewerDevicesForgetTheOthers() throws {
    var slow = try scene(("devices", "4"), ("link", "20us,1GB/s"), ("slow device", "3"), ("slow link", "0-3"))
    slow.machine.rates = [1, 1, 0.5, 1]
    let two = try SceneSettings.setting("devices", "2", in: slow)
    #expect(two.machine.perturbation.isEmpty && two.machine.rates == [1, 1])
    #expect(try SceneSettings.setting("devices", "5", in: slow).machine.rates == [1, 1, 0.5, 1, 1])
  }

  @Test func everyFieldReadsBack() throws {
    let full = try scene(
      ("devices", "4"), ("link", "20us,1GB/s"), ("topology", "ring"), ("slow device", "1"), ("slow link", "0-1"),
      ("jitter", "0.3"))
    for field in MachineSettings.fields(of: full.machine) {
      #expect(try SceneSettings.setting(field.key, field.value, in: full) == full, "\(field.key)")
    }
  }
}
