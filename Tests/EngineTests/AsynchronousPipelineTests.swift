import Checkpoints
import Datasets
import Networks
import Programs
import Strategies
import Testing
import Traces

@testable import Engine

/// Pipelines that update weights while microbatches are under way.
@Suite struct AsynchronousPipelineTests {
  private static let perceptron = Network(
    input: .features(3),
    layers: [
      Layer(.linear(outputs: 6)), Layer(.tanh), Layer(.linear(outputs: 5)), Layer(.tanh), Layer(.linear(outputs: 4)),
      Layer(.tanh), Layer(.linear(outputs: 3)),
    ])

  /// Low enough that rounding in single precision does not grow from step to step.
  private static let rate = 0.05

  /// What a run came to, and what the plain loops say.
  static func compare(
    _ pipeline: PipelineParallel, _ rule: DelayedDescent.Rule, stages: Int, microbatches: Int, momentum: Float,
    steps: Int = 4, batch: Int = 13, seed: UInt64 = 5
  ) throws -> (losses: Double, parameters: Double) {
    let graph = try Graph(Self.perceptron)
    let training = TrainingSettings(
      batch: batch, length: .steps(steps), optimizer: momentum == 0 ? .sgd : .momentum(momentum), weightDecay: 1e-3,
      rate: RateSchedule(rate: Float(Self.rate)), seed: seed)
    let compiler = Compiler(graph: graph, training: training, devices: stages, microbatches: microbatches)
    let program = try compiler.compile(.pipeline(pipeline))
    let places = try compiler.partitioning(for: .pipeline(pipeline)).stages
    let data = try DataSource.synthetic(shape: .features(3), classes: 3, samples: batch * steps).load(seed: 9)
    let run = try TrainingRun(
      program: program, inference: nil, dataset: data, shuffle: false, training: training)
    let start = Dictionary(uniqueKeysWithValues: run.parameters().map { ($0.name, $0.values) })
    run.start()
    run.wait()
    #expect(run.state == .finished)
    let losses = run.drain().steps.map(\.loss)

    let linear = graph.nodes.filter { !$0.parameters.isEmpty }
    var descent = DelayedDescent(
      layers: linear.map {
        .init(
          weights: start[$0.parameters[0].name]!, biases: start[$0.parameters[1].name]!, stage: places[$0.index])
      },
      stages: stages, rule: rule, rate: Double(Float(Self.rate)), momentum: Double(momentum), weightDecay: 1e-3)
    let expected = (0..<steps).map { step in
      let samples = step * batch..<(step + 1) * batch
      return descent.step(
        step, features: samples.map { data.train.features[data.train.range(of: $0)].map(Double.init) },
        classes: samples.map { Int(data.train.targets[$0]) }, microbatches: microbatches)
    }
    let tensors = zip(linear, descent.layers).flatMap { node, layer in
      let words = layer.newest.map { Float($0) }
      let weights = layer.outputs * layer.inputs
      return [
        NamedTensor(name: node.parameters[0].name, shape: node.parameters[0].shape, values: Array(words[..<weights])),
        NamedTensor(name: node.parameters[1].name, shape: node.parameters[1].shape, values: Array(words[weights...])),
      ]
    }
    #expect(losses.count == steps)
    return (
      zip(losses, expected).map { abs($0 - $1) / $1 }.max() ?? .infinity,
      Comparison.relativeDifference(run.parameters(), tensors)
    )
  }

  @Test(arguments: 1...4, [1, 2, 3, 5, 7, 13])
  func everyRuleIsWhatPlainLoopsCompute(stages: Int, microbatches: Int) throws {
    var cases: [(PipelineParallel, DelayedDescent.Rule)] = [
      (PipelineParallel(schedule: .pipedream), .stashing),
      (PipelineParallel(schedule: .pipedream, weights: .verticalSync), .verticalSync),
      (PipelineParallel(schedule: .pipedream, weights: .unstashed), .unstashed),
    ]
    for size in [stages, stages + 1, 2 * stages] where size <= microbatches {
      cases.append((PipelineParallel(schedule: .pipedream2BW, accumulate: size), .doubleBuffer(size)))
    }
    for (pipeline, rule) in cases {
      for momentum: Float in [0, 0.9] {
        let difference = try Self.compare(
          pipeline, rule, stages: stages, microbatches: microbatches, momentum: momentum)
        #expect(difference.losses < 1e-5, "\(pipeline), momentum \(momentum)")
        #expect(difference.parameters < 1e-5, "\(pipeline), momentum \(momentum)")
      }
    }
  }

  /// The loops tell the rules apart, or the test above would say nothing.
  @Test func anotherRuleIsSomethingElse() throws {
    let pipeline = PipelineParallel(schedule: .pipedream)
    for rule in [DelayedDescent.Rule.verticalSync, .unstashed, .doubleBuffer(3), .doubleBuffer(1)] {
      let difference = try Self.compare(pipeline, rule, stages: 3, microbatches: 7, momentum: 0.9)
      #expect(difference.parameters > 1e-4)
    }
  }

  /// One device that applies the same versions; networks with branches, normalisation and dropout, every optimizer.
  @Test(arguments: 1...5) func oneDeviceWithTheSameVersionsTrainsTheSame(devices: Int) throws {
    let networks = [TransparencyTests.chain, TransparencyTests.images, TransparencyTests.residual]
    for (index, network) in networks.enumerated() where devices <= network.layers.count {
      for weights in WeightVersioning.allCases {
        for recompute in Switch.allCases {
          let pipeline = PipelineParallel(schedule: .pipedream, recompute: recompute, weights: weights)
          try TransparencyTests.check(
            .pipeline(pipeline), network, devices: devices, microbatches: [3, 8, 5][index], steps: 3)
        }
      }
      for accumulate in [devices, devices + 2] where accumulate <= 8 {
        try TransparencyTests.check(
          .pipeline(PipelineParallel(schedule: .pipedream2BW, accumulate: accumulate)), network, devices: devices,
          microbatches: 8, steps: 3)
      }
    }
  }

  @Test(arguments: [Optimizer.sgd, .nesterov(0.9), .adagrad(), .adam()]) func everyOptimizer(optimizer: Optimizer)
    throws
  {
    let network = TransparencyTests.chain
    let data = try DataSource.synthetic(shape: network.input, classes: 5, samples: 60).load(seed: 9)
    for text in ["pipeline(schedule=pipedream)", "pipeline(schedule=pipedream-2bw)"] {
      let training = TrainingSettings(
        batch: 16, length: .steps(4), optimizer: optimizer, rate: RateSchedule(rate: 0.02), seed: 5)
      let compiler = Compiler(graph: try Graph(network), training: training, devices: 3, microbatches: 7)
      let program = try compiler.compile(Strategy(parsing: text))
      let result = try Comparison(
        program: program, reference: compiler.compileReference(of: program), dataset: data, shuffle: true,
        training: training, steps: 4)
      #expect(result.isEqual, "\(text) with \(optimizer): \(result)")
    }
  }

  /// Replicas of a stage add up the gradients of each minibatch before its update.
  @Test func replicasExchangeAtEveryUpdate() throws {
    for schedule in [PipelineSchedule.pipedream, .pipedream2BW] {
      for (index, network) in [TransparencyTests.chain, TransparencyTests.images].enumerated() {
        try TransparencyTests.check(
          .mesh(Mesh(data: 2, pipeline: 2, schedule: schedule)), network, devices: 4, microbatches: 5, steps: 3)
        try TransparencyTests.check(
          .mesh(Mesh(model: 2, pipeline: 2, schedule: schedule, exchange: .direct)), network, devices: 4,
          microbatches: 4, steps: 3)
        if index == 0 {
          try TransparencyTests.check(
            .mesh(Mesh(data: 2, model: 2, pipeline: 2, schedule: schedule, exchange: .tree)), network, devices: 8,
            microbatches: 4, steps: 3)
        }
      }
    }
  }

  /// With one stage nothing is delayed: each microbatch is a step of serial training.
  @Test func oneStageIsSerialTrainingOfMinibatches() throws {
    let graph = try Graph(Self.perceptron)
    let data = try DataSource.synthetic(shape: .features(3), classes: 3, samples: 48).load(seed: 9)
    func parameters(batch: Int, steps: Int, microbatches: Int, _ strategy: Strategy) throws -> [NamedTensor] {
      let training = TrainingSettings(
        batch: batch, length: .steps(steps), optimizer: .momentum(0.9), rate: RateSchedule(rate: 0.1), seed: 5)
      let compiler = Compiler(graph: graph, training: training, devices: 1, microbatches: microbatches)
      let run = try TrainingRun(
        program: compiler.compile(strategy), inference: nil, dataset: data, shuffle: false, training: training)
      run.start()
      run.wait()
      return run.parameters()
    }
    let serial = try parameters(batch: 4, steps: 12, microbatches: 1, .serial)
    let pipeline = try parameters(batch: 16, steps: 3, microbatches: 4, .pipeline(schedule: .pipedream))
    #expect(Comparison.relativeDifference(pipeline, serial) < 1e-5)
  }

  /// Names of instructions say which weights they use, counted from the step's beginning and from the run's.
  @Test func versionsAreNamed() throws {
    let graph = try Graph(Self.perceptron)
    let training = TrainingSettings(batch: 12, length: .steps(1), rate: RateSchedule(rate: 0.1))
    let compiler = Compiler(graph: graph, training: training, devices: 2, microbatches: 6)
    func uses(_ schedule: PipelineSchedule, device: Int) throws -> [(label: String, use: WeightUse)] {
      let catalogue = InstructionCatalogue(try compiler.compile(.pipeline(schedule: schedule)))
      return catalogue.program.devices[device].instructions.indices.compactMap { place in
        catalogue.weights(device: device, instruction: place).map {
          (catalogue.label(device: device, instruction: place), $0)
        }
      }
    }
    let own = try uses(.pipedream, device: 0)
    #expect(own.contains { $0.label == "F linear1 mb3 v2" } && own.contains { $0.label == "B linear1 mb3 v2" })
    #expect(own.contains { $0.label == "F tanh1 mb3" })
    let late = try #require(own.first { $0.label == "F linear1 mb3 v2" }).use
    #expect(late.phrase(step: 4) == "weights of version 2 (26 since the start), 1 update old")
    let first = try #require(try uses(.pipedream2BW, device: 1).first).use
    #expect(first.phrase(step: 0) == "weights of version -1 (0 since the start), the newest")
    #expect(first.phrase(step: 1) == "weights of version -1 (2 since the start), 1 update old")
    #expect(try uses(.oneForwardOneBackward, device: 0).isEmpty)
  }
}
