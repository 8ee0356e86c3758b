import Datasets
import Engine
import Foundation
import Networks
import Programs
import Simulator
import Traces

/// A training that `bench` does for a moment, as often as it is asked, to learn what its instructions take.
struct BenchRun {
  let name: String
  var devices: Int { program.devices.count }
  private let program: Program
  private let training: TrainingSettings
  private let shuffle: Bool
  private let load: () throws -> Dataset
  /// Of all rounds so far.
  private(set) var times: RecordedTimes

  /// Steps at the start that are left out: page faults, caches and clocks settle in them.
  private static let warmup = 3
  /// Steps of a round that a median needs at least, and those that are enough.
  private static let leastSteps = 5
  private static let enoughSteps = 33
  /// More than any round does.
  static let mostSteps = 100_000
  /// How long a round measures where the least steps take less, and at least, so that short steps reach the pace of a training.
  private static let seconds = 0.1...0.4

  init(
    name: String, program: Program, training: TrainingSettings, shuffle: Bool, load: @escaping () throws -> Dataset
  ) {
    self.name = name
    self.program = program
    self.training = training
    self.shuffle = shuffle
    self.load = load
    times = RecordedTimes(
      program, warmupSteps: Self.warmup,
      spinNanoseconds: TrainingRun.spinNanoseconds(devices: program.devices.count, clock: .wall))
  }

  /// Trains for a moment and takes every instruction's durations.
  ///
  /// - Throws: why the run is not possible, or how it failed.
  mutating func measure() throws {
    let run = try TrainingRun(
      program: program, inference: nil, dataset: try load(), shuffle: shuffle, training: training)
    run.start()
    let begin = ProcessInfo.processInfo.systemUptime
    var steps = 0
    var news = run.drain()
    while true {
      times.add(news.trace)
      steps += news.steps.count
      if news.state.isOver { break }
      let measured = steps - Self.warmup
      let seconds = ProcessInfo.processInfo.systemUptime - begin
      if measured >= Self.leastSteps && seconds > Self.seconds.upperBound
        || measured >= Self.enoughSteps && seconds > Self.seconds.lowerBound
      {
        run.stop()
        run.wait()
      } else {
        // As often as a training run is followed, so that both are disturbed alike.
        Thread.sleep(forTimeInterval: 0.05)
      }
      news = run.drain()
    }
    times.finish()
    if case .failed(let failure) = news.state { throw Failure(.runFailed, "error: the run failed: \(failure)") }
  }
}
