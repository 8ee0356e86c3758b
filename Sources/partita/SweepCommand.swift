import ArgumentParser
import Diagnostics
import Engine
import Exploration
import Foundation
import Machines
import Networks
import Scenes
import Strategies
import Traces

struct SweepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep",
    abstract: "A table of runs or simulations over devices, strategies and sizes, with speed-up and efficiency.",
    discussion: """
      Every combination is trained for real for 30 steps unless --steps or --epochs say otherwise, or with --simulate \
      simulated for 5. Serial training on one device is added for every batch, and is what speed-ups are measured against. \
      A combination that cannot be stands in the table with the reason. Ctrl-C keeps what was measured.
      """)

  @Argument(help: "A scene file, or the name of a scene that comes with the program.")
  var scene: String

  @Option(help: ArgumentHelp("Numbers of devices, as 1,2,4,8.", valueName: "list"))
  var devices: IntegerList?

  @Option(help: ArgumentHelp("How the work is divided; may be repeated.", valueName: "text"))
  var strategy: [String] = []

  @Option(help: ArgumentHelp("Samples per update, as 32,64.", valueName: "list"))
  var batch: IntegerList?

  @Option(help: ArgumentHelp("Parts of a batch that strategies with microbatches use, as 4,8.", valueName: "list"))
  var microbatches: IntegerList?

  @Option(
    help: ArgumentHelp(
      "What lies between devices: shared, or latency and bandwidth as 20us,1GB/s; may be repeated.", valueName: "link"))
  var link: [String] = []

  @Option(
    help: ArgumentHelp(
      "wall or virtual, for all runs alike, real or simulated; the standard is virtual where any has more devices than there are cores."
    ))
  var clock: ClockChoice?

  @Flag(help: "Simulates with modelled costs instead of training: any number of devices.")
  var simulate = false

  @Option(help: "Length of each run in updates.")
  var steps: Int?

  @Option(help: "Length of each run in passes over the data.")
  var epochs: Int?

  @Option(help: "Decides initial parameters, order of samples and generated data; the same for all runs.")
  var seed: UInt64?

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp("Replaces any field of the scene; may be repeated.", valueName: "path=value"))
  var fields: [String] = []

  @Flag(help: "Prints one JSON document and nothing else on standard output.")
  var json = false

  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: ArgumentHelp("Writes the result there instead of printing it.", valueName: "file"))
  var output: String?

  @Option(help: ArgumentHelp("Writes the table as comma-separated values.", valueName: "file"))
  var csv: String?

  func validate() throws {
    if steps != nil, epochs != nil { throw ValidationError("Give --steps or --epochs, not both.") }
    try Outputs.validate(wishes, json: json)
    for (option, list, numbers) in [
      ("--devices", devices, Machine.deviceCounts), ("--batch", batch, SizeLimit.batch),
      ("--microbatches", microbatches, SizeLimit.microbatches),
    ] {
      guard let wrong = list?.values.first(where: { !numbers.contains($0) }) else { continue }
      throw ValidationError("Each number of \(option) is \(numbers), not \(wrong).")
    }
  }

  private var wishes: [OutputWish] { [OutputWish(.result, output), OutputWish(.csv, csv)].compactMap { $0 } }

  func run() throws {
    let scene = try load()
    let strategies = try strategy.map { text throws(DiagnosticList) in try Strategy(parsing: text) }
    let links = try link.map { text throws(DiagnosticList) in try Link(parsing: text) }
    let outputs = try Outputs(wishes, keeping: scene.inputs)
    let space = SweepSpace(
      scene, strategies: strategies, devices: devices?.values ?? [], batches: batch?.values ?? [],
      microbatches: microbatches?.values ?? [], links: links)
    let cores = ProcessInfo.processInfo.activeProcessorCount
    // Times of two clocks could not be compared.
    let clock = clock?.clock ?? .standard(devices: space.devices.max() ?? 1, cores: cores)
    let sweep = Sweep(
      scene, space: space, forecaster: .ofThisMachine, clock: clock, workspace: { KernelWorkspace.words(of: $0) })
    let interruption = Interruption()
    Signals.forward { interruption.ask() }
    let measure: Sweep.Measure? =
      try simulate
      ? nil
      : {
        let dataset = try scene.loadDataset()
        return {
          try MeasuredRun.report(
            $1, of: $0, dataset: dataset, clock: clock,
            gaugeNanoseconds: sweep.forecaster.calibration.gaugeNanoseconds, interruption: interruption)
        }
      }()
    let report = sweep.run(
      measure: measure, simulatedSteps: simulatedSteps(scene), isCancelled: { interruption.isCancelled }
    ) { number, point in
      let what = simulate ? "simulating" : "training"
      Console.error(
        "\(what) \(number + 1) of \(sweep.points.count): \(point.strategy.description.replacing("\n", with: " / ")) on "
          + "\(point.devices) \(point.devices == 1 ? "device" : "devices"), batch \(point.batch)")
    }
    let signal = Signals.finish()
    let texts = SweepTable(report)
    outputs.write(texts.csv, to: .csv)
    try outputs.deliver(json ? try report.json() : texts.text)
    if let signal { throw Failure(signal) }
    if report.rows.allSatisfy({ $0.refused != nil }) {
      throw Failure(.wrongInput, "error: none of the combinations can be; the table says why")
    }
  }

  private func simulatedSteps(_ scene: Scene) -> Int {
    if case .steps(let count) = scene.training.length { return max(1, count) }
    return 5
  }

  /// The scene with the replacements that hold for all runs.
  private func load() throws(DiagnosticList) -> Scene {
    var overrides: [SceneOverride] = []
    for field in fields { overrides.append(try SceneOverride(parsing: field)) }
    func add(_ path: String, _ option: String, _ value: (some CustomStringConvertible)?) {
      guard let value else { return }
      overrides.append(SceneOverride(path: path, value: .yaml("\(value)"), option: "--\(option) \(value)"))
    }
    add("training.steps", "steps", epochs == nil ? steps ?? (simulate ? 5 : 30) : nil)
    add("training.epochs", "epochs", epochs)
    add("training.seed", "seed", seed)
    return try SceneLibrary.scene(scene, overrides: overrides)
  }
}

/// Whole numbers of at least 1, written as `1,2,4`.
struct IntegerList: ExpressibleByArgument {
  var values: [Int]

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { Int($0.trimmingCharacters(in: .whitespaces)) }.filter { $0 >= 1 }
    guard numbers.count == parts.count else { return nil }
    values = numbers
  }
}
