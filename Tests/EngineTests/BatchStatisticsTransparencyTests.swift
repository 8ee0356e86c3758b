import Datasets
import Networks
import Programs
import Testing

@testable import Engine
@testable import Strategies

/// Batch normalisation in parallel equals batch normalisation of the same groups of samples on one device.
@Suite struct BatchStatisticsTransparencyTests {
  /// Two layers of batch normalisation, one of them on feature vectors.
  static let deep = Network(
    input: .image(channels: 2, height: 7, width: 6),
    layers: [
      Layer(.conv2d(outputs: 5, window: Window(kernel: Extent(3), padding: Edges(1)), bias: false)),
      Layer(.batchNorm()), Layer(.relu), Layer(.maxPool(Window(kernel: Extent(2), stride: Extent(2)))), Layer(.flatten),
      Layer(.linear(outputs: 9)), Layer(.batchNorm()), Layer(.tanh), Layer(.linear(outputs: 5)),
    ])

  /// Batch normalisation of the input: no input gradient, so backward exchanges nothing.
  static let first = Network(
    input: .image(channels: 3, height: 5, width: 5),
    layers: [
      Layer(.batchNorm()), Layer(.conv2d(outputs: 4, window: Window(kernel: Extent(3), padding: Edges(1)))),
      Layer(.batchNorm()), Layer(.relu), Layer(.globalAveragePool), Layer(.linear(outputs: 5)),
    ])

  static let networks = [TransparencyTests.images, TransparencyTests.residual, deep, first]

  private struct Case {
    let compiler: Compiler
    let settings: TrainingSettings
    let data: Dataset

    init(_ network: Network, devices: Int, batch: Int, microbatches: Int? = nil) throws {
      settings = TrainingSettings(
        batch: batch, length: .steps(6), optimizer: .momentum(0.9), weightDecay: 1e-3, rate: RateSchedule(rate: 0.05),
        seed: 5)
      compiler = Compiler(
        graph: try Graph(network), training: settings, devices: devices, microbatches: microbatches)
      data = try DataSource.synthetic(shape: network.input, classes: 5, samples: 150).load(seed: 9)
    }

    func compare(_ program: Program, _ reference: Program, steps: Int = 6) throws -> Comparison {
      try Comparison(
        program: program, reference: reference, dataset: data, shuffle: true, training: settings, steps: steps)
    }

    /// The same training on one device with the same statistics, compiled without the strategy.
    func serial(_ statistics: BatchStatistics = .local) throws -> Program {
      try Compiler(graph: compiler.graph, training: settings, devices: 1)
        .compile(.data(DataParallel(statistics: statistics)))
    }
  }

  private static func data(_ statistics: BatchStatistics, exchange: ExchangeAlgorithm = .ring) -> Strategy {
    .data(DataParallel(exchange: exchange, statistics: statistics))
  }

  /// Invariant I11: the concatenated batch's statistics, forward, backward, parameters and running statistics, with parts
  /// of unequal sizes.
  @Test(arguments: 1...9) func synchronisedEqualsTheWholeBatch(devices: Int) throws {
    for network in Self.networks {
      let one = try Case(network, devices: devices, batch: 19)
      let program = try one.compiler.compile(Self.data(.synchronised))
      let result = try one.compare(program, one.serial())
      #expect(result.isEqual, "\(devices) devices: \(result)")
      #expect(result.maxRelativeGradientDifference! < 1e-3)
    }
  }

  /// The other half of I11: anything but the whole batch's statistics trains something else.
  @Test func localAndGhostAreNotTheWholeBatch() throws {
    for statistics in [BatchStatistics.local, .ghost(4)] {
      let one = try Case(Self.deep, devices: 4, batch: 16)
      let program = try one.compiler.compile(Self.data(statistics))
      #expect(try !one.compare(program, one.serial()).isEqual, "\(statistics)")
      #expect(try one.compare(program, one.compiler.compileReference(of: program)).isEqual, "\(statistics)")
    }
  }

  /// Ghost groups do not know how many devices there are, running statistics included. Groups of one sample leave nothing
  /// of a feature vector, and of two its sign alone, so that rounding would decide what is learned.
  @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 4]) func ghostEqualsSerialGhost(devices: Int, size: Int) throws {
    for network in Self.networks {
      let one = try Case(network, devices: devices, batch: devices * size * 2)
      let result = try one.compare(one.compiler.compile(Self.data(.ghost(size))), one.serial(.ghost(size)))
      #expect(result.isEqual, "\(devices) devices, groups of \(size): \(result)")
    }
  }

  /// Groups larger than a device's part are merged over devices.
  @Test(arguments: [1, 2, 4, 8], [4, 8, 16]) func largeGhostsEqualSerialGhosts(devices: Int, size: Int) throws {
    for network in Self.networks {
      let one = try Case(network, devices: devices, batch: 16)
      let result = try one.compare(one.compiler.compile(Self.data(.ghost(size))), one.serial(.ghost(size)))
      #expect(result.isEqual, "\(devices) devices, groups of \(size): \(result)")
    }
  }

  @Test(arguments: [BatchStatistics.local, .synchronised, .ghost(3)], [1, 2, 4])
  func microbatchesEqualTheirReference(statistics: BatchStatistics, devices: Int) throws {
    for network in Self.networks {
      let one = try Case(network, devices: devices, batch: 24, microbatches: 2)
      let program = try one.compiler.compile(Self.data(statistics, exchange: .direct))
      let result = try one.compare(program, one.compiler.compileReference(of: program))
      #expect(result.isEqual, "\(statistics) on \(devices): \(result)")
    }
  }

  /// Rows and columns: an image's parts always share its statistics.
  @Test(arguments: [1, 2, 3, 5, 8], [ModelSplit.h, .w]) func spatialCutsEqualSerial(devices: Int, split: ModelSplit)
    throws
  {
    for network in Self.networks {
      let one = try Case(network, devices: devices, batch: 7)
      let result = try one.compare(one.compiler.compile(.model(split: split)), one.serial())
      #expect(result.isEqual, "\(split) on \(devices): \(result)")
    }
  }

  /// Seeded random splits of every layer, with every kind of statistics.
  @Test(arguments: 0..<30) func randomLayerTables(seed: Int) throws {
    var random = SeededChoices(seed: UInt64(1000 + seed))
    for network in Self.networks {
      let graph = try Graph(network)
      let devices = random.below(9) + 1
      let microbatches = random.below(2) + 1
      var table = LayerTable.random(for: graph, devices: devices, batch: 48, microbatches: microbatches, &random)
      table.statistics = [.local, .synchronised, .ghost(4)][random.below(3)]
      let one = try Case(network, devices: devices, batch: 48, microbatches: microbatches)
      let program = try one.compiler.compile(.layers(table))
      let result = try one.compare(program, one.compiler.compileReference(of: program), steps: 3)
      #expect(result.isEqual, "seed \(seed), \(table.statistics):\n\(table)\n\(result)")
      #expect(program.bytesPerStep == program.expectedBytesPerStep)
    }
  }

  /// Stages of several devices, each with synchronised statistics over a microbatch.
  @Test func pipelineStagesShareStatistics() throws {
    let table = """
      statistics synchronised
      stage
      conv1   n=3     | 0 1 2
      batchNorm1 n=3 | 0 1 2
      relu1   n=3     | 0 1 2
      maxPool1 n=3    | 0 1 2
      stage
      flatten1 n=2    | 3 4
      linear1 k=2     | 3 4
      linear2 n=2     | 3 4
      """
    let one = try Case(Self.deep, devices: 5, batch: 18, microbatches: 3)
    let program = try one.compiler.compile(Strategy(parsing: table))
    #expect(try one.compare(program, one.compiler.compileReference(of: program)).isEqual)
  }

  /// A device with several parts of a layer tells itself nothing, and takes a group in once.
  @Test(arguments: ["statistics synchronised", "statistics ghost 3", "statistics local"])
  func severalPartsOfOneDevice(setting: String) throws {
    let table = """
      \(setting)
      conv1 n=2 | 0 1
      batchNorm1 n=2 h=2 | 0 1 1 0
      maxPool1 n=2 | 1 0
      flatten1 n=1 | 0
      linear1 k=3 | 0 1 2
      batchNorm2 n=4 | 0 1 2 0
      linear2 n=1 | 2
      """
    let one = try Case(Self.deep, devices: 3, batch: 12)
    let program = try one.compiler.compile(Strategy(parsing: table))
    let result = try one.compare(program, one.compiler.compileReference(of: program))
    #expect(result.isEqual, "\(result)")
    #expect(program.bytesPerStep == program.expectedBytesPerStep)
  }

  /// Whoever's copy is saved: all members of a synchronised group have the same running statistics to the last bit.
  @Test func everyMemberHasTheSameRunningStatistics() throws {
    let one = try Case(Self.deep, devices: 4, batch: 19)
    let program = try one.compiler.compile(Self.data(.synchronised))
    var outcomes: Set<[[Float]]> = []
    for saver in program.devices.indices {
      var moved = program
      for device in moved.devices.indices {
        for held in moved.devices[device].parameters.indices {
          moved.devices[device].parameters[held].isSaved = device == saver
        }
      }
      let run = try TrainingRun(
        program: moved, inference: nil, dataset: one.data, shuffle: true, training: one.settings)
      run.start()
      run.wait()
      outcomes.insert(run.parameters().map(\.values))
    }
    #expect(outcomes.count == 1)
  }
}
