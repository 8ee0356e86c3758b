import Networks
import Programs
import Strategies
import Testing

/// Asynchronous pipelines with choices from a seed, which the failures print: the schedules and versions are written down here,
/// the weights and losses are those of plain loops.
@Suite struct RandomAsynchronousTests {
  /// One choice of everything that decides about versions.
  struct Choice: CustomStringConvertible {
    var pipeline: PipelineParallel
    var rule: DelayedDescent.Rule
    var stages: Int
    var microbatches: Int
    var momentum: Float
    var batch: Int
    var parameterSeed: UInt64

    init(seed: UInt64) {
      var choices = SeededChoices(seed: seed)
      stages = 1 + choices.below(4)
      microbatches = 1 + choices.below(9)
      momentum = choices.below(2) == 0 ? 0 : 0.9
      batch = microbatches + choices.below(8)
      parameterSeed = 100 + seed
      let kind = choices.below(microbatches >= stages ? 4 : 3)
      let size = stages + choices.below(max(1, microbatches - stages + 1))
      (pipeline, rule) =
        switch kind {
        case 0: (PipelineParallel(schedule: .pipedream), .stashing)
        case 1: (PipelineParallel(schedule: .pipedream, weights: .verticalSync), .verticalSync)
        case 2: (PipelineParallel(schedule: .pipedream, weights: .unstashed), .unstashed)
        default: (PipelineParallel(schedule: .pipedream2BW, accumulate: size), .doubleBuffer(size))
        }
    }

    var description: String {
      "\(Strategy.pipeline(pipeline)) in \(stages) stages, \(microbatches) microbatches of \(batch) samples, "
        + "momentum \(momentum), parameters of seed \(parameterSeed)"
    }

    /// The schedule as text, and by stage the versions that the forward and backward passes use.
    var versions: String {
      get throws {
        let layers = (0..<stages).flatMap { _ in [Layer(.linear(outputs: 4)), Layer(.tanh)] }
        let graph = try Graph(Network(input: .features(4), layers: layers, loss: .meanSquaredError))
        let training = TrainingSettings(batch: batch, length: .steps(1), rate: RateSchedule(rate: 0.1))
        let program = try Compiler(graph: graph, training: training, devices: stages, microbatches: microbatches)
          .compile(.pipeline(pipeline))
        let table = try #require(program.versions)
        let rows = (0..<stages).map { stage in
          "stage \(stage) forward \(table.forward(stage: stage)) backward \(table.backward(stage: stage))"
        }
        return ([program.schedule.description] + rows).joined(separator: "\n")
      }
    }
  }

  @Test(arguments: 1...24 as ClosedRange<UInt64>) func seedsTrainAsPlainLoopsDo(seed: UInt64) throws {
    let choice = Choice(seed: seed)
    let difference = try AsynchronousPipelineTests.compare(
      choice.pipeline, choice.rule, stages: choice.stages, microbatches: choice.microbatches,
      momentum: choice.momentum, batch: choice.batch, seed: choice.parameterSeed)
    #expect(difference.losses < 1e-5, "seed \(seed): \(choice)")
    #expect(difference.parameters < 1e-5, "seed \(seed): \(choice)")
  }

  @Test(arguments: golden.keys.sorted()) func seedsHaveTheVersionsThatAreWrittenDown(seed: UInt64) throws {
    let versions = try Choice(seed: seed).versions
    #expect(versions == Self.golden[seed], "seed \(seed) is now\n\(versions)")
  }

  private static let golden: [UInt64: String] = [
    5: """
    0F0 0F1 0B0 0U0 0F2 0B1 0U1 0F3 0B2 0U2 0B3 0U3
    1F0 1B0 1U0 1F1 1B1 1U1 1F2 1B2 1U2 1F3 1B3 1U3
    stage 0 forward [0, 0, 1, 2] backward [0, 0, 1, 2]
    stage 1 forward [0, 1, 2, 3] backward [0, 1, 2, 3]
    """,
    6: """
    0F0 0F1 0B0 0U0 0F2 0B1 0U1 0F3 0B2 0U2 0B3 0U3
    1F0 1B0 1U0 1F1 1B1 1U1 1F2 1B2 1U2 1F3 1B3 1U3
    stage 0 forward [0, 0, 1, 2] backward [0, 0, 1, 2]
    stage 1 forward [0, 0, 1, 2] backward [0, 0, 1, 2]
    """,
    9: """
    0F0 0F1 0F2 0B0 0U0 0F3 0B1 0U1 0B2 0U2 0B3 0U3
    1F0 1F1 1B0 1U0 1F2 1B1 1U1 1F3 1B2 1U2 1B3 1U3
    2F0 2B0 2U0 2F1 2B1 2U1 2F2 2B2 2U2 2F3 2B3 2U3
    stage 0 forward [0, 0, 0, 1] backward [0, 1, 2, 3]
    stage 1 forward [0, 0, 1, 2] backward [0, 1, 2, 3]
    stage 2 forward [0, 1, 2, 3] backward [0, 1, 2, 3]
    """,
    77: """
    0F0 0F1 0B0 0F2 0B1 0F3 0B2 0U2 0B3 0U3
    1F0 1B0 1F1 1B1 1F2 1B2 1U2 1F3 1B3 1U3
    stage 0 forward [-1, -1, -1, 0] backward [-1, -1, -1, 0]
    stage 1 forward [-1, -1, -1, 0] backward [-1, -1, -1, 0]
    """,
  ]
}
