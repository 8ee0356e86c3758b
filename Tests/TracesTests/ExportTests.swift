import Foundation
import Testing
import Traces

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite struct SpanCSVTests {
  @Test func rowsGiveTheSpansBack() throws {
    let program = try pipelineProgram(microbatches: 2)
    let batch = randomTrace(program, steps: 2, seed: 3)
    let catalogue = InstructionCatalogue(program)
    var writer = SpanCSVWriter("", catalogue: catalogue)
    writer.append(batch)
    let lines = writer.output.split(separator: "\n")
    #expect(
      lines[0] == "device,step,lane,kind,label,layer,microbatch,begin_seconds,end_seconds,bytes,partner,cause")
    let rows = lines.dropFirst().map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    #expect(rows.allSatisfy { $0.count == 12 })
    let spans = batch.records.enumerated().flatMap { device, records in
      records.flatMap { catalogue.spans(of: $0, device: device) }
    }
    try #require(rows.count == spans.count)
    for (row, span) in zip(rows, spans) {
      #expect(Int(row[0]) == span.device && Int(row[1]) == span.step && row[2] == "\(span.lane)")
      #expect(SpanKind(rawValue: row[3]) == span.kind && row[11] == span.cause?.rawValue ?? "")
      #expect(Double(row[7]).map { Int64(($0 * 1e9).rounded()) } == span.begin)
      #expect(Double(row[8]).map { Int64(($0 * 1e9).rounded()) } == span.end)
    }
    let sent = rows.filter { $0[4].hasPrefix("send") }.compactMap { Int($0[9]) }.reduce(0, +)
    #expect(sent == 2 * program.bytesPerStep, "bytes once per message")
  }
}

@Suite struct TimelinePictureTests {
  @Test func pictureIsWellFormedAndComplete() throws {
    let program = try pipelineProgram(microbatches: 2)
    let timeline = statistics(program, randomTrace(program, steps: 2, seed: 8)).timeline()
    let svg = TimelinePicture(timeline, title: "a <b> & \"c\"").svg
    let elements = try Elements(svg)
    #expect(elements.names.first == "svg")
    #expect(elements.texts.contains("device 0") && elements.texts.contains("device 1"))
    #expect(elements.texts.contains("waiting for another device"))
    #expect(elements.texts.contains("a <b> & \"c\""))
    #expect(svg.contains("url(#hatch)"))
    for letter in ["F", "B"] { #expect(elements.texts.contains { $0.hasPrefix(letter) }) }
  }

  @Test func anEmptyTimelineIsAPictureToo() throws {
    let svg = TimelinePicture(statistics(try serialProgram()).timeline(), title: "nothing").svg
    #expect(try Elements(svg).texts.contains("device 0"))
  }
}

/// Names and texts of an XML document's elements.
private final class Elements: NSObject, XMLParserDelegate {
  struct Malformed: Error {}

  var names: [String] = []
  var texts: [String] = []
  private var text = ""

  init(_ document: String) throws {
    super.init()
    let parser = XMLParser(data: Data(document.utf8))
    parser.delegate = self
    if !parser.parse() { throw Malformed() }
  }

  func parser(
    _: XMLParser, didStartElement name: String, namespaceURI _: String?, qualifiedName _: String?,
    attributes _: [String: String]
  ) {
    names.append(name)
    text = ""
  }

  func parser(_: XMLParser, foundCharacters characters: String) { text += characters }

  func parser(_: XMLParser, didEndElement _: String, namespaceURI _: String?, qualifiedName _: String?) {
    texts.append(text)
    text = ""
  }
}
