import Networks
import Programs
import Testing

@testable import Strategies

/// Which filters the parts of tiled and locally connected layers hold, and who reduces their gradients.
@Suite struct UntiedSplitTests {
  private static func network(_ sharing: FilterSharing, height: Int = 8, width: Int = 6) -> Network {
    let window = Window(kernel: Extent(3), padding: .same(kernel: Extent(3)))
    return Network(
      input: .image(channels: 2, height: height, width: width),
      layers: [
        Layer(.conv2d(outputs: 3, window: window, sharing: sharing), name: "layer"), Layer(.relu), Layer(.flatten),
        Layer(.linear(outputs: 3)),
      ])
  }

  /// Rows of filters that each part holds when `height` rows are cut into `parts`.
  private func held(height: Int, tile: Int?, parts: Int) throws -> [Range<Int>] {
    let sharing = tile.map { FilterSharing.tiled(Extent($0, 1)) } ?? .nowhere
    let node = try Graph(Self.network(sharing, height: height)).nodes[0]
    let split = Split(h: parts, devices: Array(0..<parts))
    return split.boxes(samples: 0..<1, shape: node.outputShape).map { box in
      let part = node.filterPart(of: box, under: split)
      // The first row's filter, by number in the whole layer.
      #expect(part.rows.lowerBound + part.first.height == box.h.lowerBound % (tile ?? height))
      return part.rows
    }
  }

  @Test func aPartHoldsTheFiltersOfItsPositions() throws {
    #expect(try held(height: 8, tile: nil, parts: 3) == [0..<2, 2..<5, 5..<8])
    #expect(try held(height: 8, tile: 8, parts: 2) == [0..<4, 4..<8])
    #expect(try held(height: 8, tile: 4, parts: 4) == [0..<2, 2..<4, 0..<2, 2..<4])
    #expect(try held(height: 8, tile: 4, parts: 2) == [0..<4, 0..<4])
    #expect(try held(height: 6, tile: 4, parts: 3) == [0..<2, 2..<4, 0..<2])
    #expect(try held(height: 8, tile: 2, parts: 8) == [0..<1, 1..<2, 0..<1, 1..<2, 0..<1, 1..<2, 0..<1, 1..<2])
    #expect(try held(height: 8, tile: 1, parts: 4) == [0..<1, 0..<1, 0..<1, 0..<1])
  }

  @Test func allHoldAllWhereTheirFiltersOverlapOrAreNotNeighbours() throws {
    // Rows 0..<3 and 3..<7 need filters 0, 1, 2 and all four.
    #expect(try held(height: 7, tile: 4, parts: 2) == [0..<4, 0..<4])
    // Rows 2..<4 need filters 2 and 0.
    #expect(try held(height: 8, tile: 3, parts: 4) == [0..<3, 0..<3, 0..<3, 0..<3])
    // Rows 2..<5 and 5..<8 need all three.
    #expect(try held(height: 8, tile: 3, parts: 3) == [0..<3, 0..<3, 0..<3])
  }

  /// The program of a split of the untied layer; everything else on device 0.
  private func program(_ sharing: FilterSharing, _ split: Split) throws -> Program {
    let table = LayerTable(
      rows: [
        .init(layer: "layer", split: split, stage: 0), .init(layer: "relu1", split: Split(devices: [0]), stage: 0),
        .init(layer: "flatten1", split: Split(devices: [0]), stage: 0),
        .init(layer: "linear1", split: Split(devices: [0]), stage: 0),
      ])
    let settings = TrainingSettings(
      batch: 4, length: .steps(1), optimizer: .sgd, rate: RateSchedule(rate: 0.1), seed: 1)
    return try Compiler(
      graph: Graph(Self.network(sharing)), training: settings, devices: split.devices.max()! + 1
    ).compile(.layers(table))
  }

  private func gradientWords(_ program: Program) -> Int {
    program.messages.entries.filter { $0.purpose == .gradients }.reduce(0) { $0 + $1.words }
  }

  private func hasExchange(_ program: Program) -> Bool {
    program.schedule.devices.contains { $0.contains { $0.kind == .exchange } }
  }

  @Test(arguments: [
    Split(h: 2, w: 2, devices: [0, 1, 2, 3]), Split(h: 3, devices: [2, 0, 1]), Split(k: 3, h: 2, devices: Array(0..<6)),
    Split(c: 2, w: 3, devices: Array(0..<6)),
  ])
  func weightsOfLocallyConnectedLayersNeverTravel(split: Split) throws {
    let untied = try program(.nowhere, split)
    #expect(gradientWords(untied) == 0)
    #expect(!hasExchange(untied))
    #expect(untied.messages.entries.contains { $0.purpose == .activations }, "halos still travel")
    let shared = try program(.everywhere, split)
    #expect(gradientWords(shared) > 0)
    #expect(hasExchange(shared))
  }

  @Test func aCutOfSamplesReducesUntiedWeightsToo() throws {
    let program = try program(.nowhere, Split(n: 2, h: 2, devices: [0, 1, 2, 3]))
    #expect(hasExchange(program))
    // Two groups of two devices exchange half the layer each: every word once in each direction.
    let words = 8 * 6 * 3 * (2 * 9 + 1)
    #expect(gradientWords(program) == 2 * words)
  }

  /// Rows of 8 in a tile of 4 over 4 devices: devices 0 and 2 have one half of the filters, 1 and 3 the other.
  @Test func devicesWithTheSameFiltersReduce() throws {
    let program = try program(.tiled(Extent(4, 1)), Split(h: 4, devices: [0, 1, 2, 3]))
    let groups = Set(program.collectives.entries.filter { $0.purpose == .gradients }.map(\.devices))
    #expect(groups == [[0, 2], [1, 3]])
    #expect(gradientWords(program) == 2 * 4 * 3 * (2 * 9 + 1))
  }

  /// Every word of every parameter is saved by exactly one device.
  @Test(arguments: [
    Split(h: 2, w: 2, devices: [0, 1, 2, 3]), Split(n: 2, k: 2, h: 2, devices: Array(0..<8)),
    Split(c: 2, h: 3, devices: Array(0..<6)), Split(h: 2, devices: [0, 1, 2, 3]),
  ])
  func oneWholeModelIsSaved(split: Split) throws {
    for sharing in [FilterSharing.nowhere, .tiled(Extent(2)), .tiled(Extent(4, 3)), .tiled(Extent(3, 5))] {
      let program = try program(sharing, split)
      for (ordinal, parameter) in program.graph.nodes[0].parameters.enumerated() {
        var count = 0
        for held in program.devices.flatMap(\.parameters)
        where held.node == 0 && held.ordinal == ordinal && held.isSaved {
          count += held.ranges.reduce(1) { $0 * $1.count }
        }
        #expect(count == parameter.count, "\(parameter.name) of \(sharing)")
      }
    }
  }
}
