import Diagnostics
import Testing

@testable import Scenes

/// Texts that describe far more than they hold are refused where they pass a limit, before anything is made of them.
@Suite(.timeLimit(.minutes(1))) struct DocumentLimitTests {
  /// Ten times the values of the line before in every line: 10⁹ in the last of `depth` 9.
  private static func levels(_ depth: Int) -> [String] {
    ["l0: &l0 [x, x, x, x, x, x, x, x, x, x]"]
      + (1...depth).map { level in
        "l\(level): &l\(level) [\(Array(repeating: "*l\(level - 1)", count: 10).joined(separator: ", "))]"
      }
  }

  private static let bombs: [(text: String, problem: String)] = [
    (levels(9).joined(separator: "\n"), "more than 200000 values"),
    ((levels(9) + ["? *l9", ": 1"]).joined(separator: "\n"), "more than 200000 values"),
    (levels(2).joined(separator: "\n") + "\n? *l2\n: 1", "a key is a word, but here is a list"),
    (
      "a0: &a0 {x: y}\n" + (1..<40).map { "a\($0): &a\($0) {? *a\($0 - 1) : *a\($0 - 1)}" }.joined(separator: "\n"),
      "a key is a word, but here is a mapping"
    ),
    ("name: " + String(repeating: "[", count: 100_000), "more than 64 deep"),
    ("name: " + String(repeating: "{a: ", count: 5000), "more than 64 deep"),
    (String(repeating: "- ", count: 5000), "more than 64 deep"),
    (String(repeating: "? ", count: 5000), "more than 64 deep"),
    // A chain of aliases is as deep as all its links together.
    (
      (["a0: &a0 [x]"] + (1..<100).map { "a\($0): &a\($0) [*a\($0 - 1)]" }).joined(separator: "\n"),
      "more than 64 deep"
    ),
    ("name: &n [*n]", "undefined alias"),
    ("name: " + String(repeating: "x", count: 5_000_000), "more than 4194304 bytes"),
    (
      (0..<20_000).map { "%TAG !t\($0)! tag:t,2000:\n" }.joined() + "---\nname: x",
      "a scene has no tags of its own"
    ),
  ]

  @Test(arguments: bombs.indices) func aBombIsRefused(index: Int) throws {
    let found = problems(Self.bombs[index].text)
    #expect(found.count == 1, "\(found.map(\.message))")
    #expect(found.first?.message.contains(Self.bombs[index].problem) == true, "\(found)")
    #expect(found.first?.location != nil)
  }

  @Test func anAliasBombInAnOptionIsRefused() throws {
    let value = "{" + Self.levels(9).joined(separator: ", ") + "}"
    let found = problems(sceneText(), [try SceneOverride(parsing: "name=\(value)")])
    #expect(found.count == 1)
    #expect(found.first?.message.contains("more than 200000 values") == true)
    // The option is named, but not repeated at full length.
    #expect((found.first?.message.utf8.count ?? 0) < 200)
  }

  @Test func aPathOfManyStepsIsRefused() throws {
    let path = Array(repeating: "a", count: 10_000).joined(separator: ".")
    let found = problems(sceneText(), [try SceneOverride(parsing: "\(path)=1")])
    #expect(found.map(\.message) == ["--set \(String(repeating: "a.", count: 26))a…: the path has more than 16 steps"])
    let indices = problems(
      sceneText(), [try SceneOverride(parsing: "a" + String(repeating: "[0]", count: 10_000) + "=1")])
    #expect(indices.first?.message.hasSuffix("the path has more than 16 steps") == true)
  }

  @Test func aliasesOfModestSizeAreRead() throws {
    let layers = ["&c linear: 16", "*c"]
    #expect(throws: DiagnosticList.self) { try Scene(yaml: sceneText(layers: layers)) }
    let scene = try Scene(yaml: sceneText(layers: ["flatten", "&c {linear: 16}", "&r relu", "*c", "*r", "linear: 10"]))
    #expect(scene.network.layers[3].kind == .linear(outputs: 16, bias: true))
    #expect(scene.network.layers[4].kind == .relu)
  }

  @Test(arguments: [2, 3, 46, 3000]) func aKeyGivenManyTimesIsOneProblem(times: Int) {
    let pairs = Array(repeating: "batch: 8", count: times).joined(separator: ", ")
    let found = problems(sceneText(training: "{\(pairs), rate: 0.1}"))
    let words = times == 2 ? "twice" : "\(times) times"
    #expect(found.map(\.message) == ["'batch' is given \(words); the first one is in line 7"])
    #expect(found.first?.location?.line == 7)
    // The last one's place: 'training: {' takes 11 columns, each pair 10.
    #expect(found.first?.location?.column == 12 + 10 * (times - 1))
  }
}
