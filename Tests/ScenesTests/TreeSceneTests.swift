import Diagnostics
import Networks
import Testing

@testable import Scenes

/// Trees in scene files.
@Suite struct TreeSceneTests {
  private static func text(_ tree: String) -> String {
    """
    name: tree
    network:
      input: [1, 8, 8]
      layers:
        - conv: {outputs: 4, kernel: 3, name: stem}
        - relu
        - flatten
        - linear: 10
      loss: softmaxCrossEntropy
      tree: \(tree)
    data: {set: digits}
    training: {batch: 64, steps: 6, rate: 0.1}
    """
  }

  private static let whole = "{after: relu1, copies: 3, loss: oracle, best: 2}"

  @Test func treesAreReadAndWrittenAsTheyAre() throws {
    let scene = try Scene(yaml: Self.text(Self.whole))
    #expect(scene.network.tree == Tree(after: "relu1", copies: 3, loss: .oracle, best: 2))
    #expect(scene.network.layers.count == 4, "the network stays as it was written")
    #expect(scene.yaml.contains("\n  tree: {after: relu1, copies: 3, loss: oracle, best: 2}\n"))
    #expect(try Scene(yaml: scene.yaml) == scene)
    let short = try Scene(yaml: Self.text("{after: input, copies: 2}"))
    #expect(short.network.tree == Tree(after: "input", copies: 2))
    #expect(try Scene(yaml: short.yaml) == short)
    #expect(try Scene(yaml: Self.text("")).network.tree == nil)
    #expect(try !Scene(yaml: Self.text("")).yaml.contains("tree:"))
  }

  @Test func fieldsCanBeSetFromOutside() throws {
    let scene = try Scene(yaml: Self.text(Self.whole))
    func setting(_ text: String) throws -> Tree? {
      try scene.applying([SceneOverride(parsing: text)]).network.tree
    }
    #expect(try setting("network.tree.copies=5")?.copies == 5)
    #expect(try setting("network.tree.after=stem")?.after == "stem")
    #expect(try setting("network.tree=null") == nil)
    let plain = try Scene(yaml: Self.text(""))
    let grown = try plain.applying([SceneOverride(parsing: "network.tree={after: stem, copies: 4}")])
    #expect(grown.network.tree == Tree(after: "stem", copies: 4))
  }

  @Test(arguments: [
    ("{after: relu9, copies: 3}", "network.tree.after", "'relu9', which is no layer"),
    ("{after: linear1, copies: 3}", "network.tree.after", "no layer comes after 'linear1'"),
    ("{after: relu1, copies: 0}", "network.tree.copies", "expected at least 1, found 0"),
    ("{after: relu1, copies: 3, loss: oracle, best: 4}", "network.tree.best", "4 of 3 heads"),
    ("{after: relu1, copies: 3, best: 2}", "network.tree.best", "belongs to the loss oracle"),
    ("{after: relu1, copies: 3, loss: best}", "network.tree.loss", "'best' is no loss of a tree"),
    ("{after: relu1}", "network.tree", "'copies' is missing"),
    ("{after: relu1, copies: 3, heads: 2}", "network.tree.heads", "unknown key 'heads'"),
    ("3", "network.tree", "expected a mapping, found '3'"),
  ]) func wrongTreesAreRefusedAtTheirLine(tree: String, path: String, words: String) throws {
    let problems = try #require(#expect(throws: DiagnosticList.self) { try Scene(yaml: Self.text(tree)) })
    #expect(problems.all.count == 1, "\(problems)")
    #expect(problems.all.first?.path == path && problems.all.first?.location?.line == 10)
    #expect(problems.all.first?.message.contains(words) == true, "\(problems)")
  }

  @Test func everyHeadNeedsAnOutputPerClass() throws {
    let text = Self.text(Self.whole).replacing("linear: 10", with: "linear: 5")
    let problems = try #require(#expect(throws: DiagnosticList.self) { try Scene(yaml: text) })
    #expect("\(problems)".contains("5 outputs for the 10 classes"))
  }
}
