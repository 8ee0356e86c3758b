import Checkpoints
import Datasets
import Networks
import Programs
import Testing

@testable import Engine

/// A run over the tests' data set.
func makeRun(
  _ program: Program, length: TrainingSettings.Length = .steps(20), options: TrainingRun.Options = .init(),
  inference: Program? = nil, dataset: Dataset? = nil, initialParameters: [NamedTensor]? = nil
) throws -> TrainingRun {
  try TrainingRun(
    program: program, inference: inference, dataset: dataset ?? HandBuilt.dataset(), shuffle: true,
    training: HandBuilt.training(length), options: options, initialParameters: initialParameters)
}

/// Trains to the end and returns the run and all its news.
func train(
  _ program: Program, length: TrainingSettings.Length = .steps(20), options: TrainingRun.Options = .init(),
  inference: Program? = nil, dataset: Dataset? = nil
) throws -> (run: TrainingRun, news: RunUpdate) {
  let run = try makeRun(program, length: length, options: options, inference: inference, dataset: dataset)
  run.start()
  run.wait()
  return (run, run.drain())
}

@Suite struct TrainingRunTests {
  @Test func serialTrainingLowersTheLoss() throws {
    let (run, news) = try train(HandBuilt.serial(), length: .steps(100))
    #expect(news.state == .finished)
    #expect(run.state == .finished)
    #expect(news.steps.map(\.step) == Array(0..<100))
    let losses = news.steps.map(\.loss)
    let first = losses.prefix(5).reduce(0, +)
    let last = losses.suffix(5).reduce(0, +)
    #expect(last < 0.7 * first)
  }

  @Test("a ring of two, and pipelines with room for one or two messages", arguments: [0, 1, 2])
  func twoDevicesEqualOne(_ which: Int) throws {
    let program = which == 0 ? HandBuilt.ring() : HandBuilt.pipeline(microbatches: 3, capacity: which)
    let (serial, alone) = try train(HandBuilt.serial())
    let (parallel, together) = try train(program)
    #expect(together.state == .finished)
    #expect(together.steps.count == alone.steps.count)
    for (a, b) in zip(alone.steps, together.steps) { #expect(abs(a.loss - b.loss) < 1e-5 * abs(a.loss)) }
    #expect(Comparison.relativeDifference(parallel.parameters(), serial.parameters()) < 1e-5)
    #expect(Comparison.relativeDifference(parallel.gradients(), serial.gradients()) < 1e-4)
  }

  @Test("the same microbatches give the same bits, wherever they are computed")
  func pipelineEqualsMicrobatches() throws {
    let (serial, alone) = try train(HandBuilt.serial(microbatches: 3))
    let (pipeline, together) = try train(HandBuilt.pipeline(microbatches: 3, capacity: 2))
    #expect(alone.steps.map(\.loss) == together.steps.map(\.loss))
    #expect(serial.parameters() == pipeline.parameters())
  }

  @Test func runsRepeatBitForBit() throws {
    var options = TrainingRun.Options()
    let (first, one) = try train(HandBuilt.ring(), options: options)
    options.tracing = false
    let (second, two) = try train(HandBuilt.ring(), options: options)
    #expect(one.steps.map(\.loss) == two.steps.map(\.loss))
    #expect(first.parameters() == second.parameters())
  }

  @Test func lossThatIsNoNumberIsAResult() throws {
    var training = HandBuilt.training(.steps(8))
    training.rate = RateSchedule(rate: 1e30)
    let run = try TrainingRun(
      program: HandBuilt.serial(), inference: nil, dataset: HandBuilt.dataset(), shuffle: true, training: training)
    run.start()
    run.wait()
    let news = run.drain()
    #expect(news.state == .finished)
    #expect(news.steps.count == 8)
    #expect(news.steps.contains { !$0.loss.isFinite })
  }

  @Test func peaksAreKnownAtTheEnd() throws {
    let (run, _) = try train(HandBuilt.ring())
    let words = HandBuilt.graph.parameterCount
    #expect(run.peaks.count == 2)
    for peak in run.peaks {
      #expect(peak[.parameters] == 4 * words)
      #expect(peak[.gradients] == 4 * words)
      #expect(peak[.optimizer] == 4 * words)
      #expect(peak[.activations] > 0)
      #expect(peak[.buffers] > 0)
    }
  }

  @Test func manyShortRunsStartAndEnd() throws {
    let dataset = try HandBuilt.dataset()
    let programs = [HandBuilt.serial(), HandBuilt.ring(), HandBuilt.pipeline(microbatches: 3, capacity: 1)]
    for round in 0..<90 {
      let run = try makeRun(programs[round % 3], length: .steps(round % 7), dataset: dataset)
      run.start(paused: round % 4 == 1)
      if round % 4 == 1 { run.resume() }
      if round % 5 == 2 { run.stop() }
      if round % 10 == 2 { run.stop() }
      run.wait()
      #expect(run.state.isOver)
    }
  }
}
