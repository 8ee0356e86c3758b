import Checkpoints
import Datasets
import Diagnostics
import Kernels
import Networks
import Programs

/// The inference program run over a test set, batch by batch, on the thread that asks.
struct TestEvaluation: ~Copyable {
  private let program: Program
  private let prepared: PreparedProgram
  private let memory: DeviceMemory
  private var whole: DeviceExecutor
  /// For the last batch, which counts fewer samples.
  private var rest: DeviceExecutor
  private let set: SampleSet

  /// What the test set says about a model.
  struct Result {
    /// Mean over the set.
    var loss: Double
    /// The part of right answers; nil where targets are not classes.
    var accuracy: Double?
    /// The part of samples for which any head of a tree is right; nil without a tree.
    var oracleAccuracy: Double?
    var heads: HeadTally?
  }

  /// - Precondition: `program` is an inference program of one device.
  init(_ program: Program, set: SampleSet) {
    self.program = program
    self.set = set
    let device = program.devices[0]
    prepared = PreparedProgram(device, of: program)
    memory = DeviceMemory(device)
    whole = DeviceExecutor(device, of: program, prepared: prepared, memory: memory, set: set, seed: 0)
    rest = DeviceExecutor(
      device, of: program, prepared: prepared, memory: memory, set: set, seed: 0, counted: set.count % program.batch)
  }

  /// The mean loss over the test set, and the part of right answers.
  ///
  /// A last batch that the set does not fill is filled up with its last sample, which is not counted again.
  ///
  /// - Parameter isCancelled: Asked before every batch; true gives nil.
  mutating func evaluate(_ parameters: [NamedTensor], isCancelled: () -> Bool) throws(DiagnosticList) -> Result? {
    try ModelParameters(program: program, memories: [memory]).initialize(seed: 0, tensors: parameters)
    var sum = LossResult()
    let isTree = program.graph.tree != nil && set.classes != nil
    var tally = isTree ? HeadTally(heads: program.graph.headCount, classes: program.graph.headOutputs) : nil
    for first in stride(from: 0, to: set.count, by: program.batch) {
      if isCancelled() { return nil }
      let result =
        if first + program.batch <= set.count {
          Self.run(&whole, prepared, from: first, of: set.count, &tally)
        } else {
          Self.run(&rest, prepared, from: first, of: set.count, &tally)
        }
      sum += result
    }
    func share(_ count: Int) -> Double { Double(count) / Double(set.count) }
    return Result(
      loss: sum.lossSum / Double(set.count), accuracy: set.classes == nil ? nil : share(sum.correct),
      oracleAccuracy: isTree ? share(sum.oracleCorrect) : nil, heads: tally)
  }

  private static func run(
    _ executor: inout DeviceExecutor, _ prepared: PreparedProgram, from first: Int, of count: Int,
    _ tally: inout HeadTally?
  ) -> LossResult {
    executor.beginStep()
    swap(&executor.tally, &tally)
    defer { swap(&executor.tally, &tally) }
    for position in executor.samples.indices { executor.samples[position] = min(first + position, count - 1) }
    for instruction in prepared.instructions { executor.execute(instruction, step: 0, rate: 0) }
    return executor.result
  }
}
