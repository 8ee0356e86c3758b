import Checkpoints
import Datasets
import Networks
import Programs
import Testing

@testable import Engine
@testable import Strategies

/// Gradients that are zero in exact arithmetic, and optimizers that make full steps of their rounding.
@Suite struct RoundingNoiseTests {
  /// Biases before batch normalisation, one of them behind a pooling and a flattening.
  private static let network = Network(
    input: .image(channels: 2, height: 6, width: 6),
    layers: [
      Layer(.conv2d(outputs: 5, window: Window(kernel: Extent(3), padding: Edges(1)))), Layer(.batchNorm()),
      Layer(.relu),
      Layer(.conv2d(outputs: 3, window: Window(kernel: Extent(3)))),
      Layer(.averagePool(Window(kernel: Extent(2), stride: Extent(2)))), Layer(.flatten), Layer(.batchNorm()),
      Layer(.tanh), Layer(.linear(outputs: 5)),
    ])

  private func comparison(
    _ optimizer: Optimizer, devices: Int, _ strategy: Strategy, change: (inout Program) -> Void = { _ in }
  ) throws -> Comparison {
    let settings = TrainingSettings(
      batch: 12, length: .steps(12), optimizer: optimizer, rate: RateSchedule(rate: 0.02), seed: 3)
    let compiler = Compiler(graph: try Graph(Self.network), training: settings, devices: devices)
    var program = try compiler.compile(strategy)
    let reference = try compiler.compileReference(of: program)
    change(&program)
    return try Comparison(
      program: program, reference: reference,
      dataset: DataSource.synthetic(shape: Self.network.input, classes: 5, samples: 60).load(seed: 4), shuffle: true,
      training: settings, steps: 12)
  }

  @Test(arguments: [Optimizer.adam(), .adagrad()])
  func biasesBeforeBatchNormalisationAreLeftOut(optimizer: Optimizer) throws {
    for strategy in [Strategy.data(DataParallel(exchange: .ring)), .model(ModelParallel(split: .k))] {
      let result = try comparison(optimizer, devices: 3, strategy)
      #expect(result.isEqual, "\(result)")
      // 5 + 3 biases and the running means of 5 channels and 3 · 2 · 2 features that move with them.
      #expect(result.leftOut >= 5 + 3 + 5 + 12, "\(result)")
      #expect(result.leftOut <= 40, "\(result)")
    }
  }

  /// Nothing is left out where updates are in proportion to gradients.
  @Test func proportionalUpdatesAreComparedWhole() throws {
    let result = try comparison(.momentum(0.9), devices: 3, .data(DataParallel(exchange: .ring)))
    #expect(result.isEqual && result.leftOut == 0)
  }

  /// A device that forgets what it received trains otherwise, whatever is left out.
  @Test func aProgramThatTrainsOtherwiseIsStillFound() throws {
    let result = try comparison(.adam(), devices: 2, .data(DataParallel(exchange: .direct))) { program in
      let device = program.devices[1]
      program.devices[1].replaceInstructions(
        device.instructions.indices.map { place in
          var instruction = device.instructions[place]
          if case .accumulate(let index) = instruction { instruction = .copy(index) }
          return (instruction, device.lanes[place], device.actions[place])
        })
    }
    #expect(!result.isEqual, "\(result)")
  }

  /// Where all gradients are zero, rounding is not measured against nothing.
  @Test func vanishingGradientsAreMeasuredAgainstTheParameters() {
    let zero = [NamedTensor(name: "a", shape: [2], values: [0, 0])]
    let rounding = [NamedTensor(name: "a", shape: [2], values: [1e-9, 0])]
    #expect(Comparison.relativeDifference(rounding, zero) == .infinity)
    #expect(abs(Comparison.relativeDifference(rounding, zero, atLeast: 1e-6) - 1e-3) < 1e-9)
  }
}
