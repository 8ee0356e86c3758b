import Kernels
import Traces

extension Report.Heads {
  /// What the engine counted, as shares of the test set: every sample has one best head.
  init(_ tally: HeadTally) {
    let wins = tally.winsByClass
    let samples = wins.joined().reduce(0, +)
    self.init(accuracy: tally.correct.map { Double($0) / Double(max(samples, 1)) }, wins: wins)
  }
}
