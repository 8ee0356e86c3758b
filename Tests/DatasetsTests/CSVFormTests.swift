import Testing

@testable import Datasets

/// What people's tables look like, and what they are told about them.
@Suite struct CSVFormTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test(arguments: ["\n", "\r\n", "\r"]) func linesEndAsOnAnySystem(lineEnd: String) throws {
    let text = ["height,weight,label", "0.5,-1.25,0", "", "1.5,2,1"].joined(separator: lineEnd)
    let set = try DataSource.csv(file: folder.write("a.csv", text)).load(seed: 0).train
    #expect(set.features == [0.5, -1.25, 1.5, 2])
    #expect(set.targets == [0, 1])
    let bad = problems(.csv(file: try folder.write("b.csv", text + lineEnd + "1,x,0")))
    #expect(bad.first?.location?.line == 5)
    #expect(bad.first?.location?.column == 3)
  }

  /// Line 1 has the label 2, which no other row has.
  @Test func aHeaderOfColumnNumbersIsNotTakenForASample() throws {
    let file = try folder.write("a.csv", "0,1,2\n0.5,-0.25,0\n-0.75,0.5,1\n")
    let found = problems(.csv(file: file))
    #expect(
      found.first?.message
        == "the first line, 0,1,2, looks like a header of column numbers: no other row has the label 2")
    #expect(found.first?.location?.line == 1)
    #expect(try DataSource.csv(file: file, header: true).load(seed: 0).train.targets == [0, 1])
    #expect(try DataSource.csv(file: file, header: false).load(seed: 0).train.targets == [2, 0, 1])
  }

  @Test(arguments: ["0,1,2\n0.5,1,2\n3,1,0\n", "0,0,0\n0,1,1\n", "0,1\n1,0\n", "0.5,1.5,2\n1,1,0\n3,3,1\n"])
  func rowsThatMayBeSamplesAre(text: String) throws {
    let rows = text.split(separator: "\n").count
    #expect(try DataSource.csv(file: folder.write("a.csv", text)).load(seed: 0).train.count == rows)
  }

  @Test func theHeaderOfAnOtherwiseTextualTableMayBeDenied() throws {
    let file = try folder.write("a.csv", "a,b\n1,0\n")
    #expect(problems(.csv(file: file, header: false)).first?.message == "'a' is no number")
  }

  @Test func labelsFromOneAreExplained() throws {
    let file = try folder.write("a.csv", "0.1,1\n0.2,2\n")
    let found = problems(.csv(file: file))
    #expect(found.first?.message.contains("label 2 is no class: classes count from 0") == true)
    #expect(found.first?.hint == "subtract 1 from every label")
  }

  @Test func numbersBeyondFloat32AreNamedSo() throws {
    #expect(problems(.csv(file: try folder.write("a.csv", "1e39,0\n"))).first?.message == "'1e39' is beyond float32")
  }

  @Test func theOutlineIsThatOfTheFirstLine() throws {
    let outline = DataSource.csv(file: try folder.write("a.csv", "\n\na,b,c,label\n1,2,3,0\n")).outline
    #expect(outline == DatasetOutline(shape: .features(3)))
    #expect(DataSource.csv(file: try folder.write("one.csv", "1\n2\n")).outline == nil)
    // A line whose end is not in sight says nothing.
    let long = Array(repeating: "1", count: 100_000).joined(separator: ",")
    #expect(DataSource.csv(file: try folder.write("long.csv", long)).outline == nil)
  }
}
