import Networks
import Testing

@testable import Workbench

/// The network panel knows what can be known of a network that is not finished.
struct LayerRowTests {
  private func rows(_ layers: [Layer], input: Shape = .image(channels: 1, height: 8, width: 8)) -> [LayerRow] {
    LayerRow.rows(of: Network(input: input, layers: layers), problems: [])
  }

  private let conv = LayerKind.conv2d(outputs: 4, window: Window(kernel: Extent(3), padding: .same(kernel: Extent(3))))

  @Test func shapesStandBeforeTheFirstRefusedLayer() {
    let rows = rows([Layer(conv), Layer(.relu), Layer(.linear(outputs: 3)), Layer(.relu)])
    #expect(rows.map(\.output?.description) == ["4×8×8", "4×8×8", nil, nil])
    #expect(rows[0].parameters == 40)
    #expect(rows[2].parameters == nil)
  }

  @Test func aLayerThatReadsNothingKnownIsTheFirstWithoutShape() {
    let rows = rows([Layer(conv), Layer(.batchNorm()), Layer(.relu, inputs: ["9"]), Layer(.flatten)])
    #expect(rows.map(\.output?.description) == ["4×8×8", "4×8×8", nil, nil])
  }

  @Test func anUnfinishedNetworkHasAllShapes() {
    let open = rows([Layer(conv), Layer(.maxPool(Window(kernel: Extent(2), stride: Extent(2))))])
    #expect(open.map(\.output?.description) == ["4×8×8", "4×4×4"])
    let branches = rows([Layer(conv, name: "a"), Layer(conv, name: "b", inputs: ["input"])])
    #expect(branches.map(\.output?.description) == ["4×8×8", "4×8×8"])
    #expect(rows([]).isEmpty)
  }
}
