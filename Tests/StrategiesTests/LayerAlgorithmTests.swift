import Diagnostics
import Networks
import Programs
import Testing

@testable import Strategies

@Suite struct LayerAlgorithmTests {
  static let settings = TrainingSettings(
    batch: 11, length: .steps(3), optimizer: .momentum(0.9), rate: RateSchedule(rate: 0.1), seed: 3)

  @Test(arguments: [
    "cannon=2 | 0 1 2 3", "cannon=1 | 5", "summa=2x3 | 0 1 2 3 4 5", "summa=3x1 | 4 2 0", "fan=3 | 2 1 0",
  ])
  func linesRoundTrip(line: String) throws {
    let table = try LayerTable(parsing: "linear1 \(line)")
    #expect(table.description == "linear1 \(line)")
    #expect(table.rows[0].split.algorithm.rawValue == line.split(separator: "=")[0])
  }

  /// Row by row in the text: the device in row 1, column 0 is the third of 2×2 and has the second part of the outputs.
  @Test func devicesStandRowByRow() throws {
    let split = try LayerTable(parsing: "linear1 cannon=2 | 0 1 2 3").rows[0].split
    let boxes = split.boxes(samples: 0..<4, shape: .features(6))
    let own = split.devices.firstIndex(of: 2)!
    #expect(boxes[own] == Box(n: 0..<2, k: 3..<6))
  }

  @Test(arguments: [
    "cannon", "cannon=", "cannon=0", "cannon=2x2", "summa=2", "summa=2x", "summa=2x3x1", "fan=x",
    "cannon=99999999999", "cannon=2 n=2", "fan=2 fan=2",
  ])
  func wrongSizesAreLocated(words: String) {
    do throws(DiagnosticList) {
      _ = try Strategy(parsing: "linear1 \(words) | 0 1 2 3")
      Issue.record("'\(words)' was accepted")
    } catch { #expect(error.all[0].location?.line == 1, "\(error)") }
  }

  @Test(arguments: [
    ("linear1 cannon=2 | 0 1 2", "cannon needs 2×2 = 4 devices, not 3"),
    ("linear1 cannon=2 | 0 1 2 2", "a device is named twice"),
    ("linear1 cannon=2 | 0 1 2 77", "there is no device 77"),
    ("linear1 summa=2x3 | 0 1 2 3", "summa needs 2×3 = 6 devices, not 4"),
    ("linear1 fan=3 | 0 1", "fan needs 3 devices, not 2"),
    ("linear1 k=2 | 0 1\ntanh1 cannon=1 | 0", "only linear layers are computed by cannon"),
    ("linear1 summa=14x1 | 0 1 2 3 4 5 6 7 8 9 10 11 12 13", "13 outputs cannot be cut into 14 parts"),
    ("linear1 fan=8 | 0 1 2 3 4 5 6 7", "7 inputs cannot be cut into 8 parts"),
    ("linear1 summa=1x12 | 0 1 2 3 4 5 6 7 8 9 10 11", "11 samples cannot be cut into 12 parts"),
    ("linear1 n=1 | 0\nloss cannon=2 | 0 1 2 3", "the loss: it is not computed by cannon"),
  ])
  func impossibleTablesAreRefusedWithTheReason(lines: String, reason: String) {
    let rest = "\nrelu1 n=1 | 0\nlinear2 n=1 | 0\nlinear3 n=1 | 0"
    do throws(DiagnosticList) {
      let compiler = Compiler(graph: SampleNetworks.perceptron, training: Self.settings, devices: 14)
      _ = try compiler.compile(Strategy(parsing: lines + rest))
      Issue.record("accepted")
    } catch { #expect(error.description.contains(reason), "\(error)") }
  }

  @Test(arguments: [
    (Strategy.cannon(), 6, "square number of devices, not 6"), (.cannon(), 2, "1 or 4 devices"),
    (.summa(SummaParallel(rows: 2)), 7, "2×3 is not one of 7 devices"),
    (.summa(SummaParallel(rows: 2, columns: 2)), 6, "for example rows=2, columns=3"),
    (.summa(SummaParallel(rows: 1)), 12, "cuts the samples into 12 parts, but there are 11"),
    (.redundant(RedundantParallel(construction: .fan, copies: 3)), 4, "construction b holds every weight twice"),
    (.redundant(RedundantParallel(copies: 5)), 4, "4 devices cannot compute 5 copies"),
  ])
  func impossibleStrategiesAreRefusedWithTheReason(strategy: Strategy, devices: Int, reason: String) {
    do throws(DiagnosticList) {
      _ = try Compiler(graph: SampleNetworks.perceptron, training: Self.settings, devices: devices).compile(strategy)
      Issue.record("accepted")
    } catch { #expect(error.description.contains(reason), "\(error)") }
  }

  @Test func strategiesRoundTrip() throws {
    let strategies: [Strategy] = [
      .cannon(), .summa(), .summa(SummaParallel(rows: 2, columns: 3)), .redundant(),
      .redundant(RedundantParallel(construction: .fan)), .redundant(RedundantParallel(copies: 4)),
    ]
    for strategy in strategies { #expect(try Strategy(parsing: strategy.description) == strategy) }
  }

  @Test(arguments: 1...9) func everyDeviceCountCompiles(devices: Int) throws {
    let q = Int(Double(devices).squareRoot())
    var strategies: [Strategy] = [.summa(), .redundant(), .redundant(RedundantParallel(construction: .fan))]
    if q * q == devices { strategies.append(.cannon()) }
    for (_, graph) in SampleNetworks.all {
      for strategy in strategies {
        for microbatches in [1, 2] {
          let compiler = Compiler(graph: graph, training: Self.settings, devices: devices, microbatches: microbatches)
          let program = try compiler.compile(strategy)
          #expect(program.bytesPerStep == program.expectedBytesPerStep)
        }
      }
    }
  }

  /// Cannon layers and the element-wise layers between them need no re-sharding: nothing travels but the sweeps, the
  /// row-wise reduction of the biases, and the logits for the loss.
  @Test(arguments: [1, 2, 3]) func cannonMovesTheSweepsAlone(q: Int) throws {
    let graph = SampleNetworks.perceptron
    let program = try Compiler(graph: graph, training: Self.settings, devices: q * q).compile(.cannon())
    var words = 0
    for node in graph.nodes {
      guard case .linear(let outputs, let bias) = node.kind else { continue }
      let passes: [(GridPlan.Operand, Bool, Bool)] = [
        (.weight, false, true), (.input, false, true), (.weight, false, node.index > 0), (.input, false, true),
        (.weight, true, true), (.input, true, node.index > 0),
      ]
      for (operand, isGradient, happens) in passes where happens {
        words +=
          GridVolume(
            .cannon, rows: q, columns: q, operand: operand, isGradient: isGradient, outputs: outputs,
            inputs: node.inputShapes[0].channels, samples: 11
          ).words
      }
      if bias { words += 2 * outputs * (q - 1) }
    }
    // Every device of a column gathers the column's logits.
    words += (q - 1) * 5 * 11
    #expect(program.bytesPerStep == 4 * words)
  }

  /// Every weight stands on one device, and only biases are reduced.
  @Test func cannonReplicatesNoWeights() throws {
    let graph = SampleNetworks.perceptron
    let program = try Compiler(graph: graph, training: Self.settings, devices: 9).compile(.cannon())
    for node in graph.nodes where !node.parameters.isEmpty {
      let held = program.devices.flatMap(\.parameters).filter { $0.node == node.index && $0.ordinal == 0 }
      #expect(held.count == 9)
      #expect(held.reduce(0) { $0 + $1.ranges[0].count * $1.ranges[1].count } == node.parameters[0].count)
    }
    let reduced = program.collectives.entries.filter { $0.kind == .allReduce }
    #expect(reduced.reduce(0) { $0 + $1.words } == 13 + 5)
  }

  /// Construction b: the input is gathered forward, the output's gradient backward, nothing is summed over devices, and
  /// weights off the diagonal are there twice and saved once.
  @Test(arguments: 1...5) func fanGathersAndNeverSums(devices: Int) throws {
    let graph = SampleNetworks.perceptron
    let program = try Compiler(graph: graph, training: Self.settings, devices: devices)
      .compile(.redundant(RedundantParallel(construction: .fan)))
    let gathered = (7 + 13 + 9 + 5) - 7 + (9 + 5)
    #expect(program.bytesPerStep == 4 * (devices - 1) * 11 * gathered)
    #expect(!program.collectives.entries.contains { $0.kind == .allReduce || $0.kind == .reduceScatter })
    for index in [2, 4] {
      let whole = graph.nodes[index].parameters[0].count
      let held = program.devices.flatMap(\.parameters).filter { $0.node == index && $0.ordinal == 0 }
      let diagonal = (0..<devices).reduce(0) {
        $0 + (0..<graph.nodes[index].outputShape.channels).cut($1, of: devices).count
          * (0..<graph.nodes[index].inputShapes[0].channels).cut($1, of: devices).count
      }
      func words(_ held: [HeldParameter]) -> Int { held.reduce(0) { $0 + $1.ranges[0].count * $1.ranges[1].count } }
      #expect(words(held) == 2 * whole - diagonal)
      #expect(words(held.filter(\.isSaved)) == whole)
    }
  }

  /// Construction a: of a layer's input each device fetches what the devices before it in the ring do not share with it.
  @Test(arguments: [1, 2, 3, 4]) func overlappedBlocksFetchTheRest(copies: Int) throws {
    let network = Network(
      input: .features(8),
      layers: [Layer(.linear(outputs: 12)), Layer(.linear(outputs: 8)), Layer(.linear(outputs: 4))])
    let program = try Compiler(graph: Graph(network), training: Self.settings, devices: 4)
      .compile(.redundant(RedundantParallel(copies: copies)))
    let forward = program.messages.entries.filter { $0.purpose == .activations }.reduce(0) { $0 + $1.words }
    #expect(forward == 11 * (12 + 8 + 4) * (4 - copies))
    for device in program.devices {
      #expect(device.parameters.filter { $0.node == 0 && $0.ordinal == 0 }.count == copies)
    }
  }

  /// Contributions that come home by a copy are held to the order of those of `backward`.
  @Test func wrongContributionsAreFound() throws {
    let sound = try Compiler(
      graph: SampleNetworks.perceptron, training: Self.settings, devices: 4, microbatches: 2
    ).compile(.cannon())
    func findings(_ change: (inout [(Instruction, Lane, Int)], DeviceProgram) -> Void) -> String {
      var program = sound
      let device = program.devices[3]
      var list = device.instructions.indices.map {
        (device.instructions[$0], device.lanes[$0], device.actions[$0])
      }
      change(&list, device)
      program.devices[3].replaceInstructions(list)
      return Verifier(program).check().map(\.description).joined()
    }
    func isContribution(_ instruction: Instruction, _ device: DeviceProgram) -> Bool {
      switch instruction {
      case .copy(let index), .accumulate(let index): device.copies[index].contributes
      default: false
      }
    }
    let swapped = findings { list, device in
      let first = list.firstIndex { isContribution($0.0, device) }!
      if case .copy(let index) = list[first].0 { list[first].0 = .accumulate(index) }
    }
    #expect(swapped.contains("adds to last step's gradient"))
    let overwritten = findings { list, device in
      let last = list.lastIndex { isContribution($0.0, device) }!
      if case .accumulate(let index) = list[last].0 { list[last].0 = .copy(index) }
    }
    #expect(overwritten.contains("overwrites an earlier contribution"))
    let late = findings { list, device in
      let last = list.lastIndex { isContribution($0.0, device) }!
      list.insert(list.remove(at: last), at: list.count - 1)
    }
    #expect(late.contains("contributes to a gradient after its update"))
  }
}
