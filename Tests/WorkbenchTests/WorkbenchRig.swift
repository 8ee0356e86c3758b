import Scenes
import Screens
import Testing
import Traces

@testable import Workbench

/// A workbench in memory: keys by name, effects performed by a fake session and a shelf of scenes.
final class WorkbenchRig {
  static let yaml = """
    name: small
    about: A net for tests
    network:
      input: [1, 8, 8]
      layers:
        - conv: {outputs: 4, kernel: 3, padding: same}
        - relu
        - maxPool: 2
        - flatten
        - linear: 10
    data: {set: digits}
    training: {batch: 64, steps: 6, rate: 0.1, seed: 7}
    machine: {devices: 2}
    strategy: data(exchange=ring)
    """

  /// Cores where a test does not say otherwise.
  static let cores = 4

  /// Four devices in two hosts, each with one interface to a network.
  static var hosts: Scene {
    scene(
      yaml.replacing(
        "machine: {devices: 2}",
        with: "machine: {devices: 4, topology: {hosts: {devices: 2, inside: shared}}, link: \"20us,50MB/s\"}"))
  }

  static func scene(_ yaml: String = yaml) -> Scene {
    do {
      return try Scene(yaml: yaml)
    } catch {
      preconditionFailure("\(error)")
    }
  }

  static let presets = [
    WorkbenchState.Preset(name: "small", about: "A net for tests"), .init(name: "other", about: "Another one"),
  ]

  /// Files by path, and what was written.
  final class Shelf {
    var scenes: [String: Scene] = [:]
    var written: [String: String] = [:]
    /// Edits that are kept, by the names of their owners; this workbench's own are called `own`.
    var kept: [String: Scene] = [:]
    /// What was kept, in order; nil where nothing was left to keep.
    private(set) var keeps: [Scene?] = []

    var files: SceneFiles {
      SceneFiles(
        load: { [self] name in
          guard let scene = scenes[name] else { throw FakeSession.Refusal(description: "there is no '\(name)'") }
          return (scene, name.hasSuffix(".yaml") ? name : nil)
        },
        save: { [self] order in
          if written[order.path] != nil, !order.replaces { return .exists }
          written[order.path] = order.scene.yaml
          return nil
        },
        keep: { [self] scene, _ in
          kept["own"] = scene
          keeps.append(scene)
        },
        recover: { [self] id in
          guard let scene = kept[id] else { throw SceneFiles.NothingKept(id: id) }
          return (scene, nil)
        },
        discard: { [self] id in kept[id] = nil })
    }
  }

  /// What the loop left behind.
  struct Outcome {
    var state: WorkbenchState
    var departure: Departure
    var terminal: HeadlessTerminal
    var session: FakeSession
    var shelf: Shelf
  }

  /// Runs the loop from a script until the script is over or the workbench is left.
  static func play(
    _ script: String, size: Size = Size(width: 80, height: 24), glyphs: GlyphSet = .unicode,
    scene: Scene = WorkbenchRig.scene(), session: FakeSession = FakeSession(), shelf: Shelf = Shelf(),
    cores: Int = WorkbenchRig.cores, clock: Clock? = nil, path: String? = nil, keptEdits: [KeptEdits] = []
  ) throws -> Outcome {
    let terminal = HeadlessTerminal(script: try TerminalScript(script), size: size, glyphs: glyphs, turnMilliseconds: 0)
    var now = 0.0
    let loop = WorkbenchLoop(
      WorkbenchState(scene, path: path, cores: cores, presets: presets, keptEdits: keptEdits, clock: clock),
      terminal: terminal, session: session,
      files: shelf.files,
      now: {
        now += 1
        return now
      })
    let departure = loop.run()
    #expect(terminal.failures.isEmpty)
    return Outcome(state: loop.state, departure: departure, terminal: terminal, session: session, shelf: shelf)
  }
}

extension WorkbenchState {
  /// A state with the small scene.
  static func small(size: Size = Size(width: 80, height: 24)) -> WorkbenchState {
    WorkbenchState(WorkbenchRig.scene(), size: size, cores: 4, presets: WorkbenchRig.presets)
  }

  /// Presses keys by name, one after the other, and compiles where asked.
  ///
  /// - Returns: the other effects.
  @discardableResult
  mutating func press(_ names: String) -> [Effect] {
    var others: [Effect] = []
    for name in names.split(separator: " ") {
      guard let key = Key(String(name)) else {
        Issue.record("no key is called \(name)")
        continue
      }
      for effect in update(.key(key)) {
        if case .compile(let scene) = effect {
          _ = update(.compiled(Compilation(scene), of: scene))
        } else {
          others.append(effect)
        }
      }
    }
    return others
  }

  /// Types letters.
  mutating func type(_ text: String) { press(text.map { $0 == " " ? "space" : String($0) }.joined(separator: " ")) }

  var layerNames: [String] { rows.map(\.name) }

  /// The screen of the state's size.
  var picture: Surface {
    var surface = Surface(size)
    draw(into: &surface)
    return surface
  }
}
