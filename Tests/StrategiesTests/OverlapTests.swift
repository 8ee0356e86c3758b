import Diagnostics
import Networks
import Programs
import Testing

@testable import Strategies

@Suite struct OverlapTests {
  static let sizes: [ByteSize?] = [nil, ByteSize(bytes: 4), ByteSize(bytes: 700), ByteSize(bytes: 1_000_000)]

  static func data(
    _ overlap: GradientOverlap, _ size: ByteSize? = nil, exchange: ExchangeAlgorithm = .ring,
    shard: StateSharding = .none
  ) -> Strategy {
    .data(DataParallel(exchange: exchange, shard: shard, buckets: GradientBuckets(overlap: overlap, size: size)))
  }

  @Test func textsRoundTrip() throws {
    let data = try Strategy(parsing: "data(exchange=ring, overlap=on, bucket=1MB)")
    #expect(data == Self.data(.on, ByteSize(bytes: 1_000_000)))
    #expect(data.description == "data(exchange=ring, overlap=on, bucket=1MB)")
    #expect(Self.data(.off).description == "data(exchange=ring)")
    let buckets = GradientBuckets(overlap: .on, size: ByteSize(bytes: 4096))
    for strategy in [
      Strategy.mesh(Mesh(data: 2, buckets: buckets)), .grid(Grid(rows: 2, buckets: buckets)),
      .hybrid(Hybrid(buckets: buckets)), Self.data(.off, ByteSize(bytes: 25), shard: .optimizer),
      Self.data(.across), Self.data(.priority, ByteSize(bytes: 9)),
      .pipeline(PipelineParallel(replicas: [2, 1], buckets: GradientBuckets(overlap: .priority))),
    ] {
      #expect(try Strategy(parsing: strategy.description) == strategy)
    }
  }

  @Test(arguments: [
    ("1B", 1, "1B"), ("4kB", 4000, "4kB"), ("1MB", 1_000_000, "1MB"), ("1.5kB", 1500, "1.5kB"),
    ("4096B", 4096, "4.096kB"),
    ("0.25GB", 250_000_000, "250MB"), ("1000kB", 1_000_000, "1MB"), ("1234567B", 1_234_567, "1234.567kB"),
  ]) func sizesReadAndPrint(text: String, bytes: Int, printed: String) throws {
    let size = try #require(ByteSize(parsing: text))
    #expect(size.bytes == bytes)
    #expect(size.description == printed)
    #expect(ByteSize(parsing: printed) == size)
  }

  @Test(arguments: [
    "", "4", "kB", "0B", "0.5B", "4KB", "4 kB", "-1kB", "1.0001kB", "1e3B", "inf", "1.2.3kB", "9999999GB",
  ])
  func wrongSizesAreRefused(text: String) { #expect(ByteSize(parsing: text) == nil) }

  @Test func layersAreCutFromTheLastOn() {
    func cut(_ overlap: GradientOverlap, _ bytes: Int?, _ layers: [Int]) -> [Range<Int>] {
      GradientBuckets(overlap: overlap, size: bytes.map { ByteSize(bytes: $0) }).cut(layers)
    }
    #expect(cut(.off, nil, [1, 4, 16, 64]) == [0..<4])
    #expect(cut(.on, nil, [1, 4, 16, 64]) == [3..<4, 2..<3, 1..<2, 0..<1])
    #expect(cut(.on, 65, [1, 4, 16, 64]) == [2..<4, 0..<2])
    #expect(cut(.off, 5, [1, 4, 16, 64]) == [3..<4, 2..<3, 0..<2])
    #expect(cut(.on, 100, [1, 4, 16, 64]) == [0..<4])
    // Layers without gradients make no bucket of their own.
    #expect(cut(.on, nil, [0, 4, 0, 0, 3, 0]) == [4..<6, 0..<4])
    #expect(cut(.on, nil, [0, 0]) == [0..<2])
  }

  /// However gradients are cut, the same words travel; only messages become more.
  @Test(arguments: 2...5, ExchangeAlgorithm.allCases)
  func bucketsSendWhatTheFormulaSays(devices: Int, exchange: ExchangeAlgorithm) throws {
    for (_, graph) in SampleNetworks.all {
      let compiler = Compiler(graph: graph, training: CompilerTests.settings, devices: devices)
      let whole = try compiler.compile(.data(exchange: exchange))
      for (size, overlap) in Self.sizes.flatMap({ size in GradientOverlap.allCases.map { (size, $0) } }) {
        let program = try compiler.compile(Self.data(overlap, size, exchange: exchange))
        #expect(program.bytesPerStep == program.expectedBytesPerStep)
        #expect(program.bytesPerStep == whole.bytesPerStep, "\(program.strategy)")
        #expect(program.messages.count >= whole.messages.count)
        if size == nil, overlap == .off { #expect(program.messages.count == whole.messages.count) }
      }
    }
  }

  /// A bucket's exchange stands behind the instruction that completes it, its update behind the exchange, and the backward
  /// passes of earlier layers after both.
  @Test func exchangesStandWhereTheirGradientsAreComplete() throws {
    let graph = try Graph(
      Network(
        input: .features(5),
        layers: [Layer(.linear(outputs: 7)), Layer(.relu), Layer(.linear(outputs: 6)), Layer(.linear(outputs: 3))]))
    let compiler = Compiler(graph: graph, training: CompilerTests.settings, devices: 3, microbatches: 2)
    let program = try compiler.compile(Self.data(.on))
    for device in program.devices {
      let order = device.instructions.enumerated().compactMap { position, instruction -> String? in
        switch instruction {
        case .backward(let index):
          let operation = device.operations[index]
          guard operation.microbatch == 1, !operation.parameterGradients.isEmpty else { return nil }
          return "B \(operation.node)"
        case .send(let message):
          return program.messages[message].collective.map { "X \(program.collectives[$0].label)" }
        case .update(let index):
          #expect(device.lanes[position] == .communication)
          return "U \(device.updates[index].nodes)"
        default: return nil
        }
      }
      var folded: [String] = []
      for word in order where folded.last != word { folded.append(word) }
      #expect(
        folded == [
          "B 3", "X gradients of linear3", "U [3]", "B 2", "X gradients of linear2", "U [2]", "B 0",
          "X gradients of linear1", "U [0]",
        ])
    }
    // In lanes of their own they stand there too, the first layers' lane first or last.
    for (overlap, lanes) in [(GradientOverlap.across, [2, 1, 0]), (.priority, [0, 1, 2])] {
      let program = try compiler.compile(Self.data(overlap))
      for device in program.devices {
        #expect(device.runsAcross && device.lanes.last == .border)
        let updates = device.instructions.enumerated().compactMap { position, instruction -> [Int]? in
          guard case .update(let index) = instruction else { return nil }
          return [device.updates[index].nodes[0], device.lanes[position].exchangeNumber ?? -1]
        }
        #expect(updates == [[3, lanes[2]], [2, lanes[1]], [0, lanes[0]]])
        #expect(!zip(device.instructions, device.lanes).contains { $1 == .communication })
      }
      // On the wire the lanes count where the first layers go first.
      #expect(Set(program.channels.entries.map(\.priority)) == (overlap == .priority ? [1, 3, 4] : [0]))
    }
    let two = try compiler.compile(Self.data(.on, ByteSize(bytes: 100)))
    #expect(Set(two.collectives.entries.map(\.label)) == ["gradients of linear2 to linear3", "gradients of linear1"])
  }

  /// The verifier finds nothing, whatever is combined: the compiler runs it.
  @Test(arguments: [1, 2, 4, 6]) func everyCombinationIsSound(devices: Int) throws {
    for (number, (_, graph)) in SampleNetworks.all.enumerated() {
      for size in [nil, ByteSize(bytes: 700)] {
        let buckets = GradientBuckets(overlap: [.on, .across, .priority][(number + devices) % 3], size: size)
        var strategies: [Strategy] = [
          .pipeline(PipelineParallel(schedule: .chimera, buckets: buckets)),
          .pipeline(PipelineParallel(replicas: [1, devices - 1].filter { $0 > 0 }, buckets: buckets)),
          .data(DataParallel(exchange: .server, buckets: buckets)), .hybrid(Hybrid(buckets: buckets)),
        ]
        for shard in [StateSharding.none, .optimizer] {
          for model in 1...devices where devices % model == 0 {
            strategies.append(
              .grid(Grid(rows: model, split: number % 2 == 0 ? .k : .h, shard: shard, buckets: buckets)))
            for pipeline in 1...devices / model where devices / model % pipeline == 0 && pipeline <= graph.nodes.count {
              for schedule in [
                PipelineSchedule.oneForwardOneBackward, .zeroBubbleH1, .interleaved, .zeroBubbleV, .chimera,
              ]
              where schedule.refusal(devices: pipeline, chunks: 2, microbatches: 2 * pipeline) == nil
                && schedule.stages(devices: pipeline, chunks: 2) <= graph.nodes.count
              {
                strategies.append(
                  .mesh(Mesh(model: model, pipeline: pipeline, schedule: schedule, shard: shard, buckets: buckets)))
              }
            }
          }
        }
        for strategy in strategies {
          let places = if case .mesh(let mesh) = strategy { mesh.pipeline } else { 1 }
          var settings = CompilerTests.settings
          settings.batch = 4 * devices
          let compiler = Compiler(
            graph: graph, training: settings, devices: devices, microbatches: places > 1 ? 2 * places : 2)
          do {
            let program = try compiler.compile(strategy)
            #expect(program.bytesPerStep == program.expectedBytesPerStep)
          } catch {
            // Some networks cannot be cut so, with or without overlap.
            #expect(
              !error.description.contains("deadlock") && !error.description.contains("<-- here"),
              "\(strategy): \(error)")
          }
        }
      }
    }
  }

  @Test func whatHasNoBucketsSaysSo() throws {
    let (_, graph) = SampleNetworks.all[0]
    let compiler = Compiler(graph: graph, training: CompilerTests.settings, devices: 2)
    for shard in [StateSharding.gradients, .parameters] {
      #expect(throws: DiagnosticList.self) { try compiler.compile(Self.data(.on, ByteSize(bytes: 9), shard: shard)) }
      let program = try compiler.compile(Self.data(.on, shard: shard))
      #expect(program.assumptions.contains { $0.contains("with and without overlap=on") })
      let across = try compiler.compile(Self.data(.across, shard: shard))
      #expect(across.devices.allSatisfy { !$0.runsAcross })
      #expect(across.assumptions.contains { $0.contains("with and without overlap=across") })
    }
    let alone = try compiler.compile(.mesh(Mesh(model: 2, buckets: GradientBuckets(overlap: .on))))
    #expect(alone.assumptions.contains { $0.contains("nothing to overlap") })
    let pipeline = try compiler.compile(.pipeline(PipelineParallel(buckets: GradientBuckets(overlap: .priority))))
    #expect(pipeline.assumptions.contains { $0.contains("nothing to overlap") })
    #expect(pipeline.devices.allSatisfy { !$0.runsAcross })
  }
}
