import Diagnostics
import Networks
import Programs
import Testing

@testable import Strategies

/// Sharded states: what each device keeps and what travels, as integers.
@Suite struct ShardingTests {
  static func settings(_ optimizer: Optimizer) -> TrainingSettings {
    TrainingSettings(batch: 27, length: .steps(1), optimizer: optimizer, rate: RateSchedule(rate: 0.1), seed: 3)
  }

  static func layers(_ graph: Graph) -> [Int] {
    graph.nodes.map { $0.parameters.filter(\.isLearned).reduce(0) { $0 + $1.count } }.filter { $0 > 0 }
  }

  /// Words of running statistics, which every device keeps.
  static func states(_ graph: Graph) -> Int {
    graph.nodes.flatMap(\.parameters).filter { !$0.isLearned }.reduce(0) { $0 + $1.count }
  }

  @Test(arguments: StateSharding.allCases, [1, 2, 3, 5, 9])
  func devicesKeepWhatTheFormulaSays(shard: StateSharding, devices: Int) throws {
    let settings = [(Optimizer.sgd, 0, 1), (.momentum(0.9), 1, 3), (.adam(), 2, 2)]
    for (index, (optimizer, states, microbatches)) in settings.enumerated() {
      let graph = SampleNetworks.all[(index + devices) % 3].1
      let program = try Compiler(
        graph: graph, training: Self.settings(optimizer), devices: devices, microbatches: microbatches
      ).compile(.data(shard: shard))
      for device in program.devices {
        let memory = StateMemory(
          layers: Self.layers(graph), shard: shard, peers: devices, rank: device.device, states: states)
        func kept(_ kind: BufferKind) -> Int {
          device.buffers.entries.filter { $0.kind == kind && $0.isPersistent && $0.parent == nil }
            .reduce(0) { $0 + $1.words }
        }
        #expect(kept(.parameters) == memory.parameters + Self.states(graph), "\(shard) on \(devices)")
        #expect(kept(.gradients) == memory.gradients, "\(shard) on \(devices)")
        #expect(kept(.optimizer) == memory.optimizer, "\(shard) on \(devices)")
        let peak = PeakMemory(of: device, messages: program.messages).byKind
        #expect(peak[.parameters] == 4 * (memory.peakParameters + Self.states(graph)), "\(shard) on \(devices)")
        #expect(peak[.gradients] == 4 * memory.peakGradients, "\(shard) on \(devices)")
      }
    }
  }

  /// Per microbatch m: gradients n each time a layer's are exchanged, parameters n each time they are gathered.
  @Test(arguments: [2, 3, 5, 9], [ExchangeAlgorithm.ring, .halvingDoubling, .direct])
  func trafficIsTheClosedForm(devices: Int, exchange: ExchangeAlgorithm) throws {
    for microbatches in [1, 3] where microbatches * devices < 10 {
      let graph = SampleNetworks.all[(microbatches + devices) % 3].1
      let n = graph.parameterCount * (devices - 1)
      func traffic(_ shard: StateSharding) throws -> [Purpose: Int] {
        let program = try Compiler(
          graph: graph, training: Self.settings(.adam()), devices: devices, microbatches: microbatches
        ).compile(.data(exchange: exchange, shard: shard))
        #expect(program.bytesPerStep == program.expectedBytesPerStep)
        return Dictionary(grouping: program.messages.entries, by: \.purpose)
          .mapValues { $0.reduce(0) { $0 + $1.words } }
      }
      #expect(try traffic(.optimizer) == [.gradients: n, .parameters: n])
      #expect(try traffic(.gradients) == [.gradients: microbatches * n, .parameters: n])
      #expect(try traffic(.parameters) == [.gradients: microbatches * n, .parameters: 2 * microbatches * n])
    }
  }

  @Test func everyWordIsSavedByItsOwner() throws {
    let graph = SampleNetworks.convolutional
    for shard in StateSharding.allCases {
      let program = try Compiler(graph: graph, training: Self.settings(.sgd), devices: 4).compile(.data(shard: shard))
      var words: [String: Int] = [:]
      for device in program.devices {
        for held in device.parameters where held.isSaved {
          words[graph.nodes[held.node].parameters[held.ordinal].name, default: 0] += device.buffers[held.buffer].words
        }
      }
      for parameter in graph.nodes.flatMap(\.parameters) { #expect(words[parameter.name] == parameter.count) }
    }
  }

  @Test func whatCannotBeShardedIsRefusedWithTheReason() {
    func refusal(_ strategy: Strategy, microbatches: Int? = nil) -> String {
      do throws(DiagnosticList) {
        _ = try Compiler(
          graph: SampleNetworks.perceptron, training: Self.settings(.sgd), devices: 4, microbatches: microbatches
        ).compile(strategy)
        return ""
      } catch { return error.description }
    }
    #expect(refusal(.data(exchange: .tree, shard: .optimizer)).contains("exchange=tree does not"))
    #expect(refusal(.data(exchange: .server, shard: .gradients)).contains("exchange=server does not"))
    #expect(refusal(.data(exchange: .shardedServer, shard: .parameters)).contains("sharded servers have"))
    #expect(refusal(.data(exchange: .shardedServer, shard: .optimizer)).isEmpty)
    #expect(refusal(.mesh(Mesh(model: 2, exchange: .server))).contains("parameter server and takes no part"))
  }

  /// All-gathers and reduce-scatters of activations go by the algorithm that the strategy names, with as many words.
  @Test(arguments: [2, 3, 5], ScatterAlgorithm.allCases)
  func activationsTakeTheAlgorithm(devices: Int, algorithm: ScatterAlgorithm) throws {
    for (index, split) in [ModelSplit.k, .c, .pairs].enumerated() {
      let graph = SampleNetworks.all[(index + devices) % 3].1
      let compiler = Compiler(graph: graph, training: Self.settings(.sgd), devices: devices)
      let direct = try compiler.compile(.model(split: split))
      let program = try compiler.compile(.model(split: split, exchange: algorithm))
      let kinds: Set<Collective.Kind> = [.allGather, .reduceScatter]
      func words(_ program: Program) -> Int {
        program.collectives.entries.filter { kinds.contains($0.kind) }.reduce(0) { $0 + $1.expectedWords }
      }
      #expect(words(program) == words(direct))
      #expect(program.bytesPerStep == program.expectedBytesPerStep)
      let known = program.collectives.entries.filter { $0.kind != .exchange }
      #expect(known.allSatisfy { $0.algorithm == algorithm.rawValue })
    }
  }
}
