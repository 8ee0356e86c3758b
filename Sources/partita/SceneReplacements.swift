import ArgumentParser
import Diagnostics
import Scenes

/// The options that replace fields of a scene.
struct SceneReplacements: ParsableArguments {
  @Option(help: ArgumentHelp("How the work is divided, as 'data(exchange=ring)'.", valueName: "text"))
  var strategy: String?

  @Option(help: "Devices of the machine: worker threads.")
  var devices: Int?

  @Option(help: "Samples per update, over all devices.")
  var batch: Int?

  @Option(help: "Parts of a batch that strategies with microbatches use.")
  var microbatches: Int?

  @Option(help: "Length of the run in updates.")
  var steps: Int?

  @Option(help: "Length of the run in passes over the data.")
  var epochs: Int?

  @Option(help: "Decides initial parameters, order of samples and generated data.")
  var seed: UInt64?

  @Option(
    help: ArgumentHelp(
      "What lies between devices: shared, latency and bandwidth as 20us,1GB/s, or the name of a link or machine.",
      valueName: "link"))
  var link: String?

  @Option(
    help: ArgumentHelp(
      "wall: threads and the machine's time; virtual: devices and links in virtual time, the standard with more devices "
        + "than cores."))
  var clock: ClockChoice?

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp("Replaces any field of the scene; may be repeated.", valueName: "path=value"))
  var fields: [String] = []

  func validate() throws {
    if steps != nil, epochs != nil { throw ValidationError("Give --steps or --epochs, not both.") }
  }

  /// The scene with all replacements.
  ///
  /// - Parameters:
  ///   - name: a path, the name of a preset, or `-`.
  ///   - standardSteps: the length where the options give none; nil keeps the scene's.
  func load(_ name: String, standardSteps: Int? = nil) throws(DiagnosticList) -> Scene {
    var problems: [Diagnostic] = []
    var overrides: [SceneOverride] = []
    for field in fields {
      do throws(DiagnosticList) { overrides.append(try SceneOverride(parsing: field)) } catch { problems += error.all }
    }
    func add(_ path: String, _ option: String, _ value: (some CustomStringConvertible)?, isText: Bool = false) {
      guard let value else { return }
      let text = "\(value)"
      overrides.append(
        SceneOverride(path: path, value: isText ? .text(text) : .yaml(text), option: "--\(option) \(text)"))
    }
    if steps == nil, epochs == nil { add("training.steps", "steps", standardSteps) }
    add("strategy", "strategy", strategy, isText: true)
    add("machine.devices", "devices", devices)
    add("machine.link", "link", link, isText: true)
    add("training.batch", "batch", batch)
    add("training.microbatches", "microbatches", microbatches)
    add("training.steps", "steps", steps)
    add("training.epochs", "epochs", epochs)
    add("training.seed", "seed", seed)
    do throws(DiagnosticList) {
      let scene = try SceneLibrary.scene(name, overrides: overrides)
      if problems.isEmpty { return scene }
    } catch {
      problems += error.all
    }
    throw DiagnosticList(problems)
  }
}
