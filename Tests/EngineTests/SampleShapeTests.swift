import Datasets
import Diagnostics
import Networks
import Strategies
import Testing

@testable import Engine

/// Samples are read in the shape of the network's input, whatever shape they came in.
@Suite struct SampleShapeTests {
  private static let network = Network(
    input: .image(channels: 1, height: 4, width: 4),
    layers: [
      Layer(.conv2d(outputs: 2, window: Window(kernel: Extent(3), padding: Edges(1)))), Layer(.flatten),
      Layer(.linear(outputs: 3)),
    ])
  private static let training = TrainingSettings(batch: 6, length: .steps(4), rate: RateSchedule(rate: 0.1))

  private func losses(_ data: Dataset, _ strategy: Strategy, devices: Int) throws -> [Double] {
    let compiler = Compiler(
      graph: try Graph(Self.network), training: Self.training, devices: devices, microbatches: nil)
    let run = try TrainingRun(
      program: compiler.compile(strategy), inference: nil, dataset: data, shuffle: true, training: Self.training)
    run.start()
    run.wait()
    return run.drain().steps.map(\.loss)
  }

  /// Sixteen features and an image of 2×2×4 are the same words in the same order.
  @Test func shapesOfAsManyValuesTrainAlike() throws {
    let image = try DataSource.synthetic(shape: Self.network.input, classes: 3, samples: 24).load(seed: 5)
    for shape in [Shape.features(16), .image(channels: 2, height: 2, width: 4)] {
      func reshaped(_ set: SampleSet) -> SampleSet {
        SampleSet(shape: shape, features: set.features, targets: set.targets, classes: set.classes)
      }
      let other = Dataset(
        name: image.name, train: reshaped(image.train), test: image.test.map(reshaped), provenance: image.provenance)
      for (strategy, devices) in [(Strategy.serial, 1), (.model(split: .h), 2), (.data(exchange: .ring), 2)] {
        let expected = try losses(image, strategy, devices: devices)
        #expect(expected.count == 4)
        #expect(try losses(other, strategy, devices: devices) == expected)
      }
    }
  }

  @Test func otherNumbersAreRefusedBeforeTheRun() throws {
    let data = try DataSource.synthetic(shape: .features(15), classes: 3, samples: 24).load(seed: 5)
    let error = #expect(throws: DiagnosticList.self) { try losses(data, .serial, devices: 1) }
    #expect(
      error?.all.map(\.message) == [
        "the network's input is 1×4×4 (16 values), but the samples of synthetic are 15 values"
      ])
  }
}
