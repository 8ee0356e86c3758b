import Foundation
import Testing

@testable import Workbench

/// The read-me's list of keys is the program's own table.
///
/// After a change of keys, `PARTITA_RECORD_PICTURES=1 swift test --filter ReadMeTests` writes it anew.
@Suite struct ReadMeTests {
  private static let begin = "<!-- keys: from the key table of the program -->\n"
  private static let end = "<!-- end of keys -->"

  @Test func keysInTheReadMeAreTheProgramsKeys() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
      .appending(path: "README.md")
    let text = try String(contentsOf: file, encoding: .utf8)
    let start = try #require(text.range(of: Self.begin)).upperBound
    let stop = try #require(text.range(of: Self.end, range: start..<text.endIndex)).lowerBound
    let keys = "\n" + WorkbenchKeys.markdown() + "\n"
    if ProcessInfo.processInfo.environment["PARTITA_RECORD_PICTURES"] != nil {
      try Data(text.replacingCharacters(in: start..<stop, with: keys).utf8).write(to: file)
      return
    }
    #expect(text[start..<stop] == keys)
  }
}
