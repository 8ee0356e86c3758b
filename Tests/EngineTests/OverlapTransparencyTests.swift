import Checkpoints
import Datasets
import Networks
import Programs
import Strategies
import Testing

@testable import Engine

/// When gradients are exchanged, and how they are put together, changes nothing that is learned.
@Suite struct OverlapTransparencyTests {
  /// Every layer, some together, all.
  static let sizes: [ByteSize?] = [nil, ByteSize(bytes: 1500), ByteSize(bytes: 1_000_000)]

  @Test(arguments: ExchangeAlgorithm.allCases, GradientOverlap.allCases)
  func dataParallel(exchange: ExchangeAlgorithm, overlap: GradientOverlap) throws {
    for (index, size) in Self.sizes.enumerated() {
      let network = TransparencyTests.networks[(index + exchange.rawValue.count) % 3]
      let strategy = Strategy.data(
        DataParallel(exchange: exchange, buckets: GradientBuckets(overlap: overlap, size: size)))
      try TransparencyTests.check(strategy, network, devices: 2 + index, microbatches: 1 + index % 2, steps: 4)
    }
  }

  @Test(arguments: StateSharding.allCases) func shardedStates(shard: StateSharding) throws {
    for (index, size) in Self.sizes.enumerated() where size == nil || !(shard == .gradients || shard == .parameters) {
      let buckets = GradientBuckets(overlap: index == 0 ? .priority : .on, size: size)
      for network in [TransparencyTests.chain, TransparencyTests.residual] {
        try TransparencyTests.check(
          .data(DataParallel(exchange: index == 1 ? .halvingDoubling : .ring, shard: shard, buckets: buckets)), network,
          devices: 3, microbatches: 2, steps: 3)
      }
      try TransparencyTests.check(
        .mesh(Mesh(data: 2, model: 2, shard: shard, buckets: buckets)), TransparencyTests.images, devices: 4, steps: 3)
    }
  }

  @Test(arguments: [PipelineSchedule.oneForwardOneBackward, .gpipe, .zeroBubbleH1, .interleaved, .chimera])
  func meshes(schedule: PipelineSchedule) throws {
    for (size, overlap) in zip(Self.sizes, [GradientOverlap.on, .across, .priority]) {
      try TransparencyTests.check(
        .mesh(
          Mesh(
            data: 2, pipeline: 2, schedule: schedule, shard: size == nil ? .optimizer : .none,
            buckets: GradientBuckets(overlap: overlap, size: size))),
        TransparencyTests.chain, devices: 4, microbatches: 4, steps: 3)
    }
  }

  @Test(arguments: [GradientOverlap.on, .priority]) func gridsHybridsAndSharedStatistics(overlap: GradientOverlap)
    throws
  {
    let buckets = GradientBuckets(overlap: overlap, size: ByteSize(bytes: 900))
    for split in [ModelSplit.k, .h] {
      try TransparencyTests.check(
        .grid(Grid(rows: 2, split: split, buckets: buckets)), TransparencyTests.spatial, devices: 4, steps: 3)
    }
    for (scheme, variable) in [(JunctionScheme.a, Switch.off), (.b, .on), (.c, .off), (.c, .on)] {
      try TransparencyTests.check(
        .hybrid(Hybrid(scheme: scheme, variable: variable, buckets: buckets)), TransparencyTests.images, devices: 2,
        steps: 3)
    }
    try TransparencyTests.check(
      .data(DataParallel(statistics: .synchronised, buckets: buckets)), TransparencyTests.residual, devices: 3, steps: 3
    )
  }

  /// The order of sums follows from the program, not from which message came first.
  @Test func runsRepeatBitForBit() throws {
    let graph = try Graph(TransparencyTests.images)
    let training = TrainingSettings(batch: 12, length: .steps(6), rate: RateSchedule(rate: 0.05), seed: 5)
    let data = try DataSource.synthetic(shape: graph.network.input, classes: 5, samples: 60).load(seed: 9)
    let program = try Compiler(graph: graph, training: training, devices: 3).compile(
      .data(DataParallel(buckets: GradientBuckets(overlap: .on, size: ByteSize(bytes: 2000)))))
    let results = try (0..<3).map { _ -> [NamedTensor] in
      let run = try TrainingRun(program: program, inference: nil, dataset: data, shuffle: true, training: training)
      run.start()
      run.wait()
      return run.parameters()
    }
    #expect(results[1] == results[0])
    #expect(results[2] == results[0])
  }
}
