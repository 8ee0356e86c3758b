import Diagnostics
import Foundation
import Machines
import Testing

@testable import Scenes

/// Machines in scenes and in files of their own.
@Suite struct MachineSceneTests {
  private func machine(_ text: String, _ overrides: String...) throws -> Machine {
    try Scene(
      yaml: sceneText(rest: "machine: \(text)"), overrides: overrides.map { try SceneOverride(parsing: $0) }
    ).machine
  }

  private func problem(_ text: String) -> Diagnostic? {
    do {
      _ = try machine(text)
      return nil
    } catch {
      return (error as? DiagnosticList)?.all.first
    }
  }

  private static let link = Link.emulated(latencyNanoseconds: 20_000, bytesPerSecond: 1e9)

  @Test func topologiesAreRead() throws {
    let texts: [(String, Topology)] = [
      ("bus", .bus), ("ring", .ring), ("torus", .torus(rows: nil)), ("{torus: {rows: 2}}", .torus(rows: 2)),
      ("switch", .switched), ("{fatTree: {leaf: 2, oversubscription: 1.5}}", .fatTree(leaf: 2, oversubscription: 1.5)),
      ("fatTree", .fatTree(leaf: 4, oversubscription: 1)),
      (
        "{sockets: {count: 2, inside: \"1us,10GB/s\"}}",
        .sockets(count: 2, inside: .emulated(latencyNanoseconds: 1000, bytesPerSecond: 1e10))
      ),
      (
        "{hosts: {devices: 2, inside: nvlink2}}",
        .hosts(devices: 2, inside: .emulated(latencyNanoseconds: 0, bytesPerSecond: 25e9))
      ),
      (
        "{graph: [{between: [1, 0]}, {between: [1, 2], link: shared}, {between: [2, 3]}]}",
        .graph([.init(0, 1), .init(1, 2, link: .shared), .init(2, 3)])
      ),
    ]
    for (text, topology) in texts {
      let machine = try machine("{devices: 4, topology: \(text), link: \"20us,1GB/s\"}")
      #expect(machine.topology == topology, "\(text)")
      #expect(machine.link == Self.link)
      #expect(try Topology(yaml: topology.yaml) == topology)
    }
  }

  @Test func everythingReadsBack() throws {
    let texts = [
      "{devices: 4, link: shared}", "{devices: 4, link: \"20us,1GB/s\"}", "{devices: 2, link: ethernet-10g}",
      "{devices: 8, link: dgx1-v100}", "{devices: 8, file: dgx1-v100}", "{devices: 4, file: dgx-a100, memory: 1GB}",
      "{devices: 8, topology: ring, link: \"20us,1GB/s\", rates: [1, 1, 1, 0.5, 1, 1, 2, 1], memory: 16GB}",
      "{devices: 3, link: shared, rates: 0.25, memory: [1GB, 512MiB, 3kB]}",
      "{devices: 4, link: \"20us,1GB/s\", perturb: {slow: {device: 2, factor: 2}}}",
      "{devices: 4, topology: bus, link: nvlink2, perturb: {slow: [{device: 2, factor: 2}, {link: bus, factor: 1.5}], "
        + "jitter: 0.1}}",
      "{devices: 4, link: shared, perturb: {jitter: {amplitude: 0.5, seed: 9}}}",
      "{devices: 4, file: hosts, topology: bus}", "{devices: 4, file: hosts, link: \"1ms,1MB/s\"}",
    ]
    for text in texts {
      let scene = try Scene(yaml: sceneText(rest: "machine: \(text)"))
      #expect(scene.yaml.contains("machine: \(text)\n"), "\(scene.machine.yaml)")
      #expect(try Scene(yaml: scene.yaml, name: scene.name).machine == scene.machine, "\(text)")
    }
  }

  @Test func filesGiveWhatTheSceneDoesNot() throws {
    let dgx = try MachineLibrary.machine(named: "dgx1-v100").machine
    var named = try machine("dgx1-v100")
    #expect(named.file == "dgx1-v100")
    #expect(named.devices == 8 && named.memory(of: 3) == 16_000_000_000)
    // Two devices without a link send over a third.
    #expect(named.route(from: 0, to: 5).count == 2)
    #expect(named.route(from: 0, to: 4).first?.bytesPerSecond == 50e9)
    named.file = nil
    #expect(named == dgx)
    let four = try machine("{file: dgx1-v100, devices: 4, memory: 1GB}")
    #expect(four.devices == 4 && four.memory == [1_000_000_000] && four.topology == dgx.topology)
    // A link from outside replaces that of every edge.
    let slower = try machine("{file: dgx1-v100}", "machine.link=\"20us,1GB/s\"")
    #expect(slower.route(from: 0, to: 4).first?.bytesPerSecond == 1e9)
    #expect(try machine("{devices: 8, link: ring}").topology == .ring)
  }

  @Test func overridesReachEveryField() throws {
    let text = "{devices: 4, link: \"20us,1GB/s\"}"
    #expect(
      try machine(text, "machine.perturb.slow.device=3", "machine.perturb.slow.factor=5").perturbation.slowDevices
        == [.init(device: 3, factor: 5)])
    #expect(try machine(text, "machine.perturb.jitter=0.2").perturbation.jitter == .init(amplitude: 0.2))
    #expect(
      try machine(text, "machine.perturb.jitter=0.2", "machine.perturb.jitter.seed=4").perturbation.jitter
        == .init(amplitude: 0.2, seed: 4))
    #expect(try machine(text, "machine.topology=ring").topology == .ring)
    #expect(try machine(text, "machine.topology.torus.rows=2").topology == .torus(rows: 2))
    #expect(try machine(text, "machine.memory=2GB").memory == [2_000_000_000])
    #expect(try machine(text, "machine=dgx-a100").file == "dgx-a100")
  }

  @Test func mistakesAreNamed() {
    let cases: [(text: String, path: String, message: String, hint: String)] = [
      ("{devices: 4, link: etherent-10g}", "machine.link", "'etherent-10g' is no link", "'ethernet-10g'"),
      ("{file: dgx1-v10}", "machine.file", "there is no machine 'dgx1-v10'", "'dgx1-v100'"),
      ("dgx", "machine", "there is no machine 'dgx'", "dgx1-v100"),
      ("{devices: 4, topology: rign}", "machine.topology", "'rign' is no topology", "'ring'"),
      ("{devices: 4, topology: {hosts: {device: 2}}}", "machine.topology.hosts.device", "unknown key", "'devices'"),
      ("{devices: 9, topology: {torus: {rows: 2}}}", "machine.topology", "9 devices do not fill 2 rows", "1, 3, 9"),
      ("{devices: 4, topology: graph}", "machine.topology", "list its links", "between"),
      ("{devices: 3, topology: {graph: [{between: [0, 1]}]}}", "machine.topology", "to device 2", "join all"),
      (
        "{devices: 3, topology: {graph: [{between: [0, 0]}]}}", "machine.topology.graph[0].between", "different",
        "[0, 1]"
      ),
      ("{devices: 4, rates: [1, 2]}", "machine.rates", "given for 2 devices", "one number"),
      ("{devices: 4, rates: 0}", "machine.rates", "a rate above 0", ""),
      ("{devices: 4, memory: lots}", "machine.memory", "a size of memory", "16GB"),
      ("{devices: 4, perturb: {slow: {device: 4}}}", "machine.perturb.slow.device", "at most 3", ""),
      ("{devices: 4, perturb: {slow: {device: 1, factor: 0.5}}}", "machine.perturb.slow.factor", "at least 1", ""),
      ("{devices: 4, perturb: {slow: {link: 0-1}}}", "machine.perturb.slow.link", "no link '0-1'", "share memory"),
      (
        "{devices: 4, topology: bus, link: nvlink2, perturb: {slow: {link: 0-1}}}", "machine.perturb.slow.link",
        "no link '0-1'", "bus"
      ),
      ("{devices: 4, perturb: {slow: {factor: 3}}}", "machine.perturb.slow", "a device or a link", "device: 2"),
      ("{devices: 4, perturb: {jitter: -1}}", "machine.perturb.jitter", "an amplitude", ""),
      ("{devices: 4, perturbation: {}}", "machine.perturbation", "unknown key", "perturb"),
    ]
    for (text, path, message, hint) in cases {
      let found = problem(text)
      #expect(found?.path == path, "\(text): \(found.map { "\($0)" } ?? "accepted")")
      #expect(found?.message.contains(message) == true, "\(text): \(found.map { "\($0)" } ?? "")")
      #expect(hint.isEmpty || found?.hint?.contains(hint) == true, "\(text): \(found?.hint ?? "no hint")")
      #expect(found?.location?.line != nil, "\(text)")
    }
  }

  @Test func aFileOfOnesOwnIsRead() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("machines-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data("devices: 3\nlink: \"1us,1GB/s\"\nrates: 0.5\n".utf8).write(to: folder.appendingPathComponent("m.yaml"))
    try Data("devices: 3\nlnk: x\n".utf8).write(to: folder.appendingPathComponent("wrong.yaml"))
    let scene = try Scene(yaml: sceneText(rest: "machine: {file: ./m.yaml}"), directory: folder.path)
    #expect(scene.machine.devices == 3 && scene.machine.rate(of: 2) == 0.5 && scene.machine.file == nil)
    // Written out, the scene does not need the file.
    #expect(try Scene(yaml: scene.yaml, name: scene.name).machine == scene.machine)
    let error = #expect(throws: DiagnosticList.self) {
      try Scene(yaml: sceneText(rest: "machine: {file: ./wrong.yaml}"), directory: folder.path)
    }
    #expect(error?.all.first?.location?.file == "./wrong.yaml" && error?.all.first?.location?.line == 2)
    #expect(throws: DiagnosticList.self) {
      try Scene(yaml: sceneText(rest: "machine: {file: ./none.yaml}"), directory: folder.path)
    }
  }
}

@Suite struct MachineLibraryTests {
  @Test func holdsWhatTheFolderHolds() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../presets/machines").standardizedFileURL
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".yaml") }
    #expect(Set(files) == Set(MachineLibrary.machines.map { "\($0.name).yaml" } + ["links.yaml"]))
    for preset in MachineLibrary.machines {
      let file = folder.appendingPathComponent("\(preset.name).yaml")
      #expect(try String(contentsOf: file, encoding: .utf8) == preset.yaml)
      #expect(preset.yaml.contains("name: \(preset.name)\n"))
      #expect(preset.about.count > 20 && preset.source.count > 20, "\(preset.name)")
      #expect(preset.machine.topology.misfit(devices: preset.machine.devices) == nil)
    }
  }

  @Test func everyLinkHasASource() {
    #expect(MachineLibrary.links.count > 6)
    for link in MachineLibrary.links {
      #expect(link.link != .shared && !link.about.isEmpty && link.source.count > 10, "\(link.name)")
    }
    #expect(Set(MachineLibrary.links.map(\.name)).isDisjoint(with: MachineLibrary.machines.map(\.name)))
    #expect(Set(MachineLibrary.machines.map(\.name)).isDisjoint(with: SceneLibrary.presets.map(\.name)))
  }

  /// Six links of 25 GB/s on each V100.
  @Test func everyDeviceOfADGX1HasSixLinks() throws {
    let machine = try MachineLibrary.machine(named: "dgx1-v100").machine
    guard case .graph(let edges) = machine.topology else {
      Issue.record("no graph")
      return
    }
    for device in 0..<8 {
      let rates = edges.filter { $0.a == device || $0.b == device }.map { edge -> Double in
        if case .emulated(_, let rate) = edge.link ?? machine.link { rate } else { 0 }
      }
      #expect(rates.reduce(0, +) == 150e9)
    }
  }
}
