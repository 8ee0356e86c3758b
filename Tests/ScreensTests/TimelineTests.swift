import Screens
import Testing

@Suite("Timeline")
struct TimelineTests {
  private func drawn(_ spans: [TimelineWidget.Span], _ window: ClosedRange<Double>, width: Int = 10) -> Surface {
    Sample.drawn(TimelineWidget([.init("", spans: spans)], window: window), width + 1, 1)
  }

  @Test("A cell shows the kind that covers most of it, though it is in pieces")
  func majority() {
    // Of the first cell, three short pieces of F cover 0.45 and one of B 0.4.
    let pieces: [TimelineWidget.Span] = [
      .init(start: 0, end: 0.15, role: .forward, glyph: "F"), .init(start: 0.2, end: 0.6, role: .backward, glyph: "B"),
      .init(start: 0.6, end: 0.75, role: .forward, glyph: "F"),
      .init(start: 0.8, end: 0.95, role: .forward, glyph: "F"),
      .init(start: 1, end: 2, role: .update, glyph: "U"),
    ]
    let surface = drawn(pieces, 0...10)
    #expect(surface.glyphRows == [" FU········"])
    // 0.45 of a cell is less than half.
    #expect(surface.attributeRows == ["..r"])
  }

  @Test("A span far shorter than a cell is still seen")
  func shortSpan() {
    #expect(drawn([.init(start: 4.5, end: 4.500001, role: .loss, glyph: "L")], 0...10).glyphRows == [" ····L·····"])
  }

  @Test("Spans that reach over the window's edges are cut there")
  func edges() {
    let spans = [
      TimelineWidget.Span(start: -5, end: 2, role: .forward, glyph: "F"),
      TimelineWidget.Span(start: 8, end: 50, role: .backward, glyph: "B"),
    ]
    #expect(drawn(spans, 0...10).glyphRows == [" FF······BB"])
    #expect(drawn(spans, 3...7).glyphRows == [" ··········"])
    #expect(drawn(spans, 10...20).glyphRows == [" BBBBBBBBBB"])
  }

  @Test("The covered cells add up to the busy time at any zoom")
  func conservation() {
    let spans = (0..<40).map { index in
      TimelineWidget.Span(start: Double(index), end: Double(index) + 0.5, role: .forward, glyph: "F")
    }
    for width in [80, 160, 400] {
      let surface = drawn(spans, 0...40, width: width)
      #expect(surface.glyphRows[0].count { $0 == "F" } == width / 2)
    }
  }

  @Test("The selected lane is scrolled into sight")
  func scrolling() {
    let lanes = (0..<20).map { TimelineWidget.Lane("d\($0)", spans: []) }
    let surface = Sample.drawn(TimelineWidget(lanes, window: 0...1, selectedLane: 12), 20, 4)
    #expect(surface.glyphRows.contains { $0.hasPrefix("d12") })
  }

  @Test("A column's time is the time at its left edge")
  func times() {
    let widget = TimelineWidget([.init("abc", spans: [])], window: 10...20)
    let rect = Rect(x: 5, y: 0, width: 24, height: 2)
    #expect(widget.labelWidth(within: 24) == 4)
    #expect(widget.time(atColumn: 8, in: rect) == nil)
    #expect(widget.time(atColumn: 9, in: rect) == 10)
    #expect(widget.time(atColumn: 19, in: rect) == 15)
    #expect(widget.time(atColumn: 29, in: rect) == nil)
  }

  @Test(
    "Ticks stand at round times and tell deep zooms apart",
    arguments: [
      (0.0, 1.0, "│0.0 s────────│0.2 s────────│0.4 s────────│0.6 s────────│0.8 s────────"),
      (1.2, 1.2001, ""),
    ])
  func axis(start: Double, end: Double, expected: String) {
    let row = Sample.drawn(TimeAxis(window: start...end), 70, 1).glyphRows[0]
    if !expected.isEmpty { #expect(row == expected) }
    let labels = row.split(separator: "│").map { $0.split(separator: "─")[0] }
    #expect(labels.count >= 3 && Set(labels).count == labels.count)
  }
}
