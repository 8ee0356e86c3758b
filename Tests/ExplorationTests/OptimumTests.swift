import Machines
import Networks
import Programs
import Scenes
import Simulator
import Strategies
import Testing

@testable import Exploration

/// The guided search against enumeration of everything that it may choose, over real networks: every candidate is compiled from
/// its text and simulated here, without the search's own judge, families' order, or prices.
@Suite struct OptimumTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var scene: Scene
    /// Candidates that the search may judge; the space is larger.
    var budget: Int
    var testDescription: String { name }
  }

  private static func scene(_ network: Network, batch: Int, devices: Int, link: Link = .shared) -> Scene {
    var scene = TinyScenes.scene([], batch: batch, devices: devices, link: link)
    scene.network = network
    return scene
  }

  private static let window = Window(kernel: Extent(3), padding: Edges(1))

  /// Layers with weights of very different widths.
  static let perceptron = Network(
    input: .features(24), layers: [.linear(outputs: 40), .linear(outputs: 12), .linear(outputs: 4)].map { Layer($0) })

  static let convolutional = Network(
    input: .image(channels: 2, height: 6, width: 6),
    layers: [.conv2d(outputs: 6, window: window), .relu, .flatten, .linear(outputs: 4)].map { Layer($0) })

  /// A sum over a skip, behind it another layer.
  static let residual = Network(
    input: .features(16),
    layers: [
      Layer(.linear(outputs: 16), name: "a"), Layer(.relu, name: "b"), Layer(.linear(outputs: 16), name: "c"),
      Layer(.add, name: "d", inputs: ["c", "b"]), Layer(.linear(outputs: 4), name: "e"),
    ])

  static let cases = [
    Case(name: "perceptron, 2 devices", scene: scene(perceptron, batch: 4, devices: 2), budget: 250),
    Case(name: "perceptron, 3 devices", scene: scene(perceptron, batch: 4, devices: 3), budget: 400),
    Case(
      name: "convolutions, 2 devices, slow link",
      scene: scene(
        convolutional, batch: 4, devices: 2, link: .emulated(latencyNanoseconds: 20_000, bytesPerSecond: 1e8)),
      budget: 200),
    Case(name: "residual, 2 devices", scene: scene(residual, batch: 4, devices: 2), budget: 250),
  ]

  /// The step of a candidate's text, after the steps at the beginning.
  private func seconds(_ strategy: String, microbatches: Int?, _ scene: Scene) -> Double? {
    let forecaster = TinyScenes.forecaster
    let compiler = try? Compiler(
      graph: Graph(scene.network), training: scene.training, devices: scene.machine.devices, microbatches: microbatches,
      layerSeconds: forecaster.layerSeconds(of: Graph(scene.network), scene.training))
    guard let program = try? compiler?.compile(Strategy(parsing: strategy)) else { return nil }
    let costs = CostTable(program, calibration: forecaster.calibration, origin: "")
    let machine = MachineModel(scene.machine, of: program, calibration: forecaster.calibration)
    let ends = (try? Simulation(program).run(costs, on: machine, steps: 6))?.stepEnds
    let steps = ends.map { zip($0, $0.dropFirst()).map { $1 - $0 }.sorted() }
    return steps.map { Double($0[$0.count / 2]) / SimulatedTime.perSecond }
  }

  @Test(arguments: cases) func theBestOfAllIsFound(example: Case) throws {
    let judge = try StrategyJudge(example.scene, forecaster: TinyScenes.forecaster, clock: .virtual)
    let search = StrategySearch(judge)
    var all: Set<Candidate> = []
    for family in search.families {
      for number in 0..<(try #require(family.count)) {
        if let candidate = family.candidate(family.point(number)) { all.insert(candidate) }
      }
    }
    let best = all.compactMap { seconds($0.strategy.description, microbatches: $0.microbatches, example.scene) }.min()
    // Nothing is enumerated by the search.
    let report = search.run(budget: .init(candidates: example.budget, exhaustive: 0, seed: 1), top: 1)
    let found = try #require(report.ranking.first)
    #expect(report.judged <= example.budget && 2 * report.judged <= all.count)
    #expect(abs(found.predictedStepSeconds - (try #require(best))) <= 1e-3 * found.predictedStepSeconds)
  }
}
