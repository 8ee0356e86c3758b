import Foundation
import Networks
import Programs
import Simulator
import Strategies

/// What a preview costs: compiling a strategy of 16 devices and simulating two steps of it, as an editor or a search does
/// after every change.
enum PreviewBenchmark {
  private static let strategies = [
    "data(exchange=ring)", "data(exchange=halving-doubling)", "data(exchange=ring, shard=parameters)",
    "data(exchange=ring, statistics=synchronised)", "model(split=k)", "grid(rows=4, split=h)",
    "mesh(data=4, model=2, pipeline=2)", "mesh(data=2, model=1, pipeline=8)",
  ]

  /// The network of the scene `digits-cnn`.
  private static var network: Network {
    let same = Window(kernel: Extent(3), padding: Edges(1))
    return Network(
      input: .image(channels: 1, height: 8, width: 8),
      layers: [
        .conv2d(outputs: 16, window: same), .batchNorm(), .relu, .maxPool(Window(kernel: Extent(2), stride: Extent(2))),
        .flatten, .linear(outputs: 64), .relu, .linear(outputs: 10),
      ].map { Layer($0) })
  }

  /// Prints the median of `rounds` of each strategy's two parts, in milliseconds.
  static func run(rounds: Int) throws {
    let training = TrainingSettings(
      batch: 64, length: .steps(1), optimizer: .momentum(0.9), rate: RateSchedule(rate: 0.1), seed: 7)
    let compiler = Compiler(graph: try Graph(network), training: training, devices: 16)
    for text in strategies {
      let strategy = try Strategy(parsing: text)
      var compiling: [Double] = []
      var simulating: [Double] = []
      var program = try compiler.compile(strategy)
      for _ in 0..<rounds {
        let (compiled, first) = try timed { try compiler.compile(strategy) }
        program = compiled
        let (_, second) = try timed {
          let costs = CostTable(program, calibration: .standard, origin: "built in")
          return try Simulation(program).run(costs, link: LinkModel(), steps: 2)
        }
        compiling.append(first)
        simulating.append(second)
      }
      let count = program.devices.reduce(0) { $0 + $1.instructions.count }
      print(
        String(
          format: "%7.2f ms compile  %7.2f ms simulate  %6d instructions  ", 1e3 * median(compiling),
          1e3 * median(simulating), count) + text)
    }
  }

  private static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
}
