import Foundation
import Networks
import Programs
import Testing

@testable import Strategies

/// Pictures of owners as text.
@Suite struct OwnershipPictureTests {
  private func picture(
    _ name: String, _ text: String, devices: Int, width: Int = 80, height: Int = 40, microbatches: Int? = nil,
    glyphs: OwnershipCanvas.Glyphs = .unicode, graph: Graph = OwnershipTests.images
  ) throws -> OwnershipCanvas {
    let settings = TrainingSettings(
      batch: 12, length: .steps(1), optimizer: .sgd, rate: RateSchedule(rate: 0.1), seed: 1)
    let program = try Compiler(graph: graph, training: settings, devices: devices, microbatches: microbatches)
      .compile(Strategy(parsing: text))
    let node = try #require(graph.node(named: name)).index
    return OwnershipPicture(LayerOwnership(program, node: node), names: graph.nodes.map(\.name), glyphs: glyphs)
      .canvas(width: width, height: height)
  }

  @Test func look() throws {
    for (name, text, devices) in [
      ("conv2", "model(split=h)", 4), ("conv2", "model(split=k)", 4), ("linear1", "model(split=c)", 3),
      ("linear1", "data", 4), ("maxPool1", "model(split=w)", 2), ("linear1", "model(split=k)", 3),
      ("conv2", "conv1 h=2 w=2 | 0 1 2 3\nconv2 h=2 w=2 | 0 1 2 3\nflatten1 n=4 | 0 1 2 3", 4),
      ("flatten1", "conv1 h=2 w=2 | 0 1 2 3\nconv2 h=2 w=2 | 0 1 2 3\nflatten1 n=4 | 0 1 2 3", 4),
      ("conv2", "conv1 k=2 | 0 1 2 3\nconv2 h=4 | 0 1 2 3\nflatten1 n=4 | 0 1 2 3", 4),
    ] {
      print("=====", text, name)
      print(try picture(name, text, devices: devices).text.joined(separator: "\n"))
    }
    print(try picture("conv2", "model(split=h)", devices: 4, width: 60, height: 20, glyphs: .ascii).text.joined(separator: "\n"))
  }
}
