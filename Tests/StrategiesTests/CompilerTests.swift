import Diagnostics
import Networks
import Programs
import Testing

@testable import Strategies

@Suite struct CompilerTests {
  static let settings = TrainingSettings(
    batch: 11, length: .steps(3), optimizer: .momentum(0.9), rate: RateSchedule(rate: 0.1), seed: 3)

  /// The compiler runs the verifier, so a program that comes back is sound.
  @Test(arguments: 1...9) func everyStrategyCompilesForEveryDeviceCount(devices: Int) throws {
    for (_, graph) in SampleNetworks.all {
      for strategy in [Strategy.serial, .data(exchange: .ring), .data(exchange: .direct), .model(split: .k)] {
        for microbatches in [1, min(3, 11 / devices)] where microbatches > 0 {
          let compiler = Compiler(
            graph: graph, training: Self.settings, devices: devices, microbatches: microbatches)
          let program = try compiler.compile(strategy)
          #expect(program.devices.count == (strategy == .serial ? 1 : devices))
          #expect(program.bytesPerStep == program.expectedBytesPerStep)
        }
      }
    }
  }

  @Test(arguments: 1...9, PipelineSchedule.allCases)
  func pipelinesCompile(devices: Int, schedule: PipelineSchedule) throws {
    for (_, graph) in SampleNetworks.all where devices <= graph.nodes.count {
      for microbatches in [1, 2, 5, 8]
      where schedule.refusal(devices: devices, chunks: 2, microbatches: microbatches) == nil
        && schedule.stages(devices: devices, chunks: 2) <= graph.nodes.count
      {
        let compiler = Compiler(graph: graph, training: Self.settings, devices: devices, microbatches: microbatches)
        let program = try compiler.compile(.pipeline(schedule: schedule))
        #expect(program.bytesPerStep == program.expectedBytesPerStep)
      }
    }
  }

  @Test(arguments: 2...9) func dataParallelTrafficIsTheClosedForm(devices: Int) throws {
    for (index, exchange) in ExchangeAlgorithm.allCases.enumerated() {
      let graph = SampleNetworks.all[(index + devices) % 3].1
      let words = graph.parameterCount
      let compiler = Compiler(graph: graph, training: Self.settings, devices: devices)
      let program = try compiler.compile(.data(exchange: exchange))
      let cost = ExchangeCost.allReduce(exchange, words: words, peers: devices)
      #expect(program.bytesPerStep == 4 * cost.totalWords)
      #expect(program.messages.count == cost.totalMessages)
      for device in 0..<devices {
        let sent = program.messages.entries.filter { $0.from == device }
        #expect(sent.count == cost.messages[device], "\(exchange)")
        #expect(sent.reduce(0) { $0 + $1.words } == cost.words[device], "\(exchange)")
      }
      if exchange == .ring { #expect(cost.totalWords == 2 * words * (devices - 1)) }
      if exchange == .direct { #expect(cost.totalWords == words * devices * (devices - 1)) }
    }
  }

  /// Gradients go up and parameters come down; only the server keeps optimizer state.
  @Test func theServerUpdatesForItsWorkers() throws {
    let graph = SampleNetworks.perceptron
    let program = try Compiler(graph: graph, training: Self.settings, devices: 4).compile(.data(exchange: .server))
    let words = graph.parameterCount
    for purpose in [Purpose.gradients, .parameters] {
      let sent = program.messages.entries.filter { $0.purpose == purpose }
      #expect(sent.reduce(0) { $0 + $1.words } == 3 * words)
    }
    for device in program.devices {
      let isServer = device.device == 3
      #expect(device.updates.count == (isServer ? 1 : 0))
      #expect(device.operations.entries.isEmpty == isServer)
      let state = device.buffers.entries.filter { $0.kind == .optimizer }.reduce(0) { $0 + $1.words }
      #expect(state == (isServer ? words : 0))
      #expect(device.parameters.allSatisfy { $0.isSaved == isServer })
    }
  }

  /// Every device keeps the optimizer state of its shard; together they have one state of each word.
  @Test(arguments: 2...9) func shardedServersShareTheOptimizerState(devices: Int) throws {
    let graph = SampleNetworks.perceptron
    let program = try Compiler(graph: graph, training: Self.settings, devices: devices)
      .compile(.data(exchange: .shardedServer))
    let states = program.devices.map { device in
      device.buffers.entries.filter { $0.kind == .optimizer && $0.parent == nil }.reduce(0) { $0 + $1.words }
    }
    #expect(states == (0..<devices).map { (0..<graph.parameterCount).cut($0, of: devices).count })
    let traffic = Dictionary(grouping: program.messages.entries, by: \.purpose)
      .mapValues { $0.reduce(0) { $0 + $1.words } }
    let words = graph.parameterCount * (devices - 1)
    #expect(traffic == [.gradients: words, .parameters: words])
  }

  /// Column parallelism: each layer's input is gathered forward, its gradient scattered backward.
  @Test(arguments: 2...5) func modelParallelBytesAreTheClosedForm(devices: Int) throws {
    let graph = SampleNetworks.perceptron
    let program = try Compiler(graph: graph, training: Self.settings, devices: devices).compile(.model(split: .k))
    let batch = Self.settings.batch
    // Gathered: the two hidden activations and the logits; scattered: the gradients of the two hidden ones.
    let words = (devices - 1) * batch * (13 + 9 + 5) + (devices - 1) * batch * (13 + 9)
    #expect(program.bytesPerStep == 4 * words)
  }

  @Test func pipelineSendsEachBoundaryOnceEachWay() throws {
    let graph = SampleNetworks.perceptron
    let compiler = Compiler(graph: graph, training: Self.settings, devices: 2, microbatches: 4)
    let program = try compiler.compile(.pipeline(schedule: .gpipe))
    let stages = try compiler.partitioning(for: .pipeline(schedule: .gpipe)).stages
    let boundary = graph.nodes[stages.lastIndex(of: 0)!].outputShape.count
    #expect(program.bytesPerStep == 4 * 2 * boundary * Self.settings.batch)
    #expect(program.messages.count == 2 * 4)
  }

  @Test func impossibleCombinationsAreRefusedWithTheReason() {
    func refusal(_ strategy: Strategy, devices: Int, microbatches: Int? = nil) -> String {
      do throws(DiagnosticList) {
        _ = try Compiler(
          graph: SampleNetworks.perceptron, training: Self.settings, devices: devices, microbatches: microbatches
        ).compile(strategy)
        return ""
      } catch { return error.description }
    }
    #expect(refusal(.data(exchange: .server), devices: 1).contains("a device of its own"))
    #expect(refusal(.data(), devices: 12).contains("11 samples cannot be shared by 12 devices"))
    #expect(refusal(.pipeline(), devices: 6).contains("5 layers cannot be cut into 6 stages"))
    #expect(refusal(.pipeline(stages: 3), devices: 2).contains("3 stages and 2 devices"))
    #expect(refusal(.serial, devices: 1, microbatches: 12).contains("12 microbatches"))
    #expect(refusal(.serial, devices: 0).contains("at least one device"))
  }

  /// The loss's line is held to rules as layers' lines are; it trapped before.
  @Test(arguments: [
    ("| 9", "no device 9"), ("n=2 | 0", "2 parts need 2 devices"), ("n=12 | 0 1", "cannot be cut into 12 parts"),
    ("k=2 | 0 1", "in n only"), ("n=2 | 1 1", "named twice"),
  ])
  func aWrongLossIsRefused(line: String, reason: String) {
    let table = "linear1 k=2 | 0 1\nlinear2 k=2 | 0 1\nlinear3 n=1 | 0\nloss \(line)"
    do throws(DiagnosticList) {
      let compiler = Compiler(graph: SampleNetworks.perceptron, training: Self.settings, devices: 2)
      _ = try compiler.compile(Strategy(parsing: table))
      Issue.record("accepted")
    } catch { #expect(error.description.contains(reason), "\(error)") }
  }

  @Test func theReferenceHasTheStrategysStatisticsGroups() throws {
    let compiler = Compiler(graph: SampleNetworks.convolutional, training: Self.settings, devices: 3)
    let program = try compiler.compile(.data())
    let reference = try compiler.compileReference(of: program)
    let norm = reference.devices[0].operations.entries.first { $0.geometry.kind.isBatchNorm }!
    #expect(norm.geometry.statisticsGroups == [3, 4, 4])
    #expect(norm.geometry.updatesRunningStatistics == [true, false, false])
  }

  @Test func inferenceHasNoBackward() throws {
    let program = try Compiler(graph: SampleNetworks.residual, training: Self.settings, devices: 4)
      .compileInference(batch: 8)
    #expect(program.devices.count == 1)
    for instruction in program.devices[0].instructions {
      if case .backward = instruction { Issue.record("backward in inference") }
      if case .update = instruction { Issue.record("update in inference") }
    }
  }

  @Test func instructionsAreSmall() { #expect(MemoryLayout<Instruction>.size <= 16) }
}
