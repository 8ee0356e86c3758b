import Datasets
import Networks
import Programs
import Testing

@testable import Engine

/// Trains to the end and returns the run and all its news.
func train(
  _ program: Program, length: TrainingSettings.Length = .steps(20), options: TrainingRun.Options = .init(),
  inference: Program? = nil, dataset: Dataset? = nil
) throws -> (run: TrainingRun, news: RunUpdate) {
  let run = try TrainingRun(
    program: program, inference: inference, dataset: dataset ?? HandBuilt.dataset(), shuffle: true,
    training: HandBuilt.training(length), options: options)
  run.start()
  run.wait()
  return (run, run.drain())
}

@Suite struct TrainingRunTests {
  @Test func serialTrainingLowersTheLoss() throws {
    let (_, news) = try train(HandBuilt.serial(), length: .steps(60))
    #expect(news.state == .finished)
    #expect(news.steps.map(\.step) == Array(0..<60))
    #expect(try #require(news.steps.last).loss < 0.5 * news.steps[0].loss)
  }

  @Test func twoDevicesEqualOne() throws {
    let (serial, alone) = try train(HandBuilt.serial())
    let (ring, together) = try train(HandBuilt.ring())
    #expect(together.state == .finished)
    for (a, b) in zip(alone.steps, together.steps) { #expect(abs(a.loss - b.loss) < 1e-5 * abs(a.loss)) }
    for (a, b) in zip(serial.parameters(), ring.parameters()) {
      #expect(a.name == b.name)
      for (x, y) in zip(a.values, b.values) { #expect(abs(x - y) < 1e-5) }
    }
  }
}
