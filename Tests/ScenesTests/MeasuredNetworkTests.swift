import Diagnostics
import Networks
import Strategies
import Testing

@testable import Scenes

/// Scenes whose layers are known by measured times alone.
@Suite struct MeasuredNetworkTests {
  private func text(training: String = "batch: 32, microbatches: 4, rate: 0.1", strategy: String = "serial") -> String {
    """
    network:
      input: [8]
      layers:
        - profiled: {name: stage1, forward_ms: 18.5, backward_input_ms: 18.1, backward_weight_ms: 9.3, \
    output_bytes: 1000000, parameter_bytes: 4000000}
        - profiled: {forward_ms: 0.0123456789, backward_input_ms: 0, backward_weight_ms: 1, output_bytes: 10}
    training: {\(training)}
    machine: {devices: 2}
    strategy: \(strategy)
    """
  }

  @Test func layersReadAndWrite() throws {
    let scene = try Scene(yaml: text())
    let first = try #require(scene.network.layers[0].kind.profile)
    #expect(scene.network.layers[0].name == "stage1")
    #expect(first.forwardMilliseconds == 18.5 && first.backwardInputMilliseconds == 18.1)
    #expect(first.backwardWeightMilliseconds == 9.3 && first.outputBytes == 1_000_000)
    #expect(first.parameterBytes == 4_000_000)
    #expect(scene.network.layers[1].kind.profile?.forwardMilliseconds == 0.0123456789)
    #expect(try Scene(yaml: scene.yaml) == scene)
  }

  /// Numbers are those of one microbatch, shapes those of one sample.
  @Test func bytesAreThoseOfAMicrobatch() throws {
    let graph = try Scene(yaml: text()).graph()
    // 32 samples in 4 microbatches: 8 samples share 1 000 000 bytes.
    #expect(graph.nodes[0].outputShape == .features(31_250))
    #expect(graph.nodes[1].outputShape == .features(1))
    #expect(graph.parameterCount == 1_000_000)
    // Without a number of microbatches the strategy decides: two for each of two stages here.
    let pipeline = try Scene(yaml: text(training: "batch: 32, rate: 0.1", strategy: "pipeline(schedule=gpipe)"))
    #expect(try pipeline.graph().nodes[0].outputShape == .features(31_250))
    let serial = try Scene(yaml: text(training: "batch: 50, rate: 0.1"))
    #expect(try serial.graph().nodes[0].outputShape == .features(5000))
  }

  /// Numbers of 16 samples are those of 16 whatever the microbatches are.
  @Test func measurementsMayNameTheirSamples() throws {
    let named = text().replacing("output_bytes: 10}", with: "output_bytes: 1280, samples: 16}")
    let scene = try Scene(yaml: named)
    #expect(scene.network.layers[1].kind.profile?.samples == 16)
    #expect(scene.network.layers[0].kind.profile?.samples == nil)
    #expect(try Scene(yaml: scene.yaml) == scene)
    let graph = try scene.graph()
    #expect(graph.nodes[1].outputShape == .features(20) && graph.nodes[0].outputShape == .features(31_250))
    // Unequal microbatches have 32/3 samples on average.
    let unequal = try Scene(yaml: text(training: "batch: 32, microbatches: 3, rate: 0.1")).withProfileSizes()
    #expect(unequal.network.layers[0].kind.profile?.samples == 32.0 / 3)
    #expect(try Scene(yaml: unequal.yaml) == unequal)
    let wrong = #expect(throws: DiagnosticList.self) {
      try Scene(yaml: text().replacing("output_bytes: 10}", with: "output_bytes: 10, samples: 0}"))
    }
    #expect(wrong?.all.contains { $0.path == "network.layers[1].profiled.samples" } == true)
  }

  @Test func trainingIsRefusedWithTheReason() throws {
    let scene = try Scene(yaml: text())
    let error = #expect(throws: DiagnosticList.self) { try scene.loadDataset() }
    #expect(error?.all.first?.message == "layer 'stage1' has measured times and computes nothing")
    #expect(error?.all.first?.path == "network.layers[0]")
  }

  /// What is inside a measured layer is not known: it is shared out by samples alone.
  @Test func measuredLayersAreNotCut() throws {
    func compile(_ strategy: String) throws -> DiagnosticList? {
      let scene = try Scene(yaml: text(strategy: strategy))
      let compiler = Compiler(
        graph: try scene.graph(), training: scene.training, devices: 2, microbatches: scene.microbatches)
      do {
        _ = try compiler.compile(scene.strategy)
        return nil
      } catch {
        return error
      }
    }
    for strategy in ["serial", "data(exchange=ring)", "pipeline(schedule=1f1b)"] {
      #expect(try compile(strategy) == nil, "\(strategy)")
    }
    let table = "|-\n  stage1 k=2 | 0 1\n  profiled2 | 0"
    #expect(try compile(table)?.description.contains("measured as a whole") == true)
  }
}
