import Diagnostics
import Strategies
import Testing

@testable import Scenes

/// A scene means the same, and is told the same, with the line ends of any system.
@Suite struct LineEndTests {
  private static let broken = """
    network:
      input: [1, 8, 8]
      layers:
        - flatten
        - linear: {outputs: 10, bais: false}
    data: {set: digits, shufle: true}
    training:
      batch: 8
      rate: fast
      batch: 9
    strategy: |
      linear1 q=2 | 0 1
    """

  @Test(arguments: ["\r\n", "\r"]) func problemsAreTheSame(lineEnd: String) {
    let expected = problems(Self.broken)
    #expect(expected.map { $0.location?.line ?? 0 } == [5, 6, 9, 10, 12])
    #expect(problems(Self.broken.replacing("\n", with: lineEnd)) == expected)
  }

  @Test(arguments: ["\r\n", "\r"]) func scenesAreTheSame(lineEnd: String) throws {
    let text = sceneText(
      rest: "strategy: |\n  stage\n  flatten1 n=1 | 0\n  stage\n  linear1 n=1 | 1\nmachine: {devices: 2}")
    #expect(try Scene(yaml: text.replacing("\n", with: lineEnd)) == Scene(yaml: text))
  }
}
