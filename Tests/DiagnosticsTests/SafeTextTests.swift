import Diagnostics
import Foundation
import Testing

/// Text from files and options: nothing in it commands a terminal or breaks a document.
@Suite struct SafeTextTests {
  /// Clears the screen, rings, deletes, a C1 introducer, turns the direction of writing, ends a paragraph.
  static let hostile = "a\u{1b}[2J\u{7}\u{7f}\u{9b}31m\u{202e}b\u{2029}\n\r\t\u{fffe}é\u{301}🎵"

  private func hidden(_ text: String) -> Set<Unicode.Scalar> { Set(text.unicodeScalars.filter { $0.isHidden }) }

  @Test func nothingIsHiddenInALine() {
    #expect(
      Self.hostile.visible
        == "a\\u{1b}[2J\\u{7}\\u{7f}\\u{9b}31m\\u{202e}b\\u{2029}\\n\\r\\t\\u{fffe}é\u{301}🎵")
    #expect("plain · ünï🎵".visible == "plain · ünï🎵")
    #expect("two\nlines\tand a bell\u{7}".visibleLines == "two\nlines\tand a bell\\u{7}")
  }

  @Test func jsonKeepsTextsAndHidesNothing() throws {
    let document = try JSONText.document(["name": Self.hostile])
    #expect(hidden(document) == ["\n"])
    let decoded = try JSONDecoder().decode([String: String].self, from: Data(document.utf8))
    #expect(decoded["name"] == Self.hostile)
    let quoted = JSONText.quoted(Self.hostile + "\\\"\u{e0001}")
    #expect(hidden(quoted).isEmpty)
    let texts = try JSONDecoder().decode([String].self, from: Data("[\(quoted)]".utf8))
    #expect(texts == [Self.hostile + "\\\"\u{e0001}"])
  }

  @Test func markupAndFieldsStayWhole() {
    #expect(XMLText.escaped("<a b=\"c\">&\u{1b}\n") == "&lt;a b=&quot;c&quot;&gt;&amp;\\u{1b}\\n")
    #expect(
      CSVText.row(["a,b", "say \"x\"", "two\nlines", "\u{1b}[0m"])
        == "\"a,b\",\"say \"\"x\"\"\",\"two\nlines\",\\u{1b}[0m\n")
  }

  @Test func diagnosticsAreOneLineEachAndNotLong() {
    let long = String(repeating: "x\n", count: 100_000)
    let problem = Diagnostic(
      "'\(long)' is no number", path: Self.hostile, location: SourceLocation(file: "\u{1b}f", line: 1, column: 2),
      hint: "a\nb")
    let lines = "\(problem)".split(separator: "\n")
    #expect(lines.count == 2)
    #expect("\(problem)".count < 2500)
    #expect(lines[0].contains("is no number"))
    #expect(hidden("\(problem)") == ["\n"])
  }
}
