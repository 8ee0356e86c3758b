import Screens
import Testing

@Suite("Widgets at every size")
struct WidgetSizesTests {
  static let sizes: [(Int, Int)] = {
    var sizes: [(Int, Int)] = []
    for width in 0...9 { for height in 0...6 { sizes.append((width, height)) } }
    return sizes + [(12, 3), (20, 1), (1, 40), (40, 12), (80, 24), (120, 40), (300, 2)]
  }()

  @Test("Every widget draws at every size, inside its rectangle alone", arguments: GlyphSet.all)
  func stayInside(glyphs: GlyphSet) {
    for widget in Sample.all + Sample.empty {
      for (width, height) in Self.sizes {
        var surface = Surface(width: width + 4, height: height + 4, glyphs: glyphs)
        surface.fill(surface.bounds, "~", role: .copy)
        let rect = Rect(x: 2, y: 2, width: width, height: height)
        widget.draw(into: &surface, in: rect)
        var isUntouched = true
        for y in 0..<surface.height {
          for x in 0..<surface.width where !rect.contains(x: x, y: y) {
            if surface[x, y] != Cell("~", role: .copy) { isUntouched = false }
          }
        }
        #expect(isUntouched, "\(type(of: widget)) at \(width)x\(height)")
        #expect(surface.clip == surface.bounds)
        if let cursor = surface.cursor, width > 0, height > 0 {
          #expect(rect.contains(x: cursor.x, y: cursor.y), "\(type(of: widget)) cursor at \(width)x\(height)")
        }
      }
    }
  }

  @Test("A rectangle partly or wholly outside the surface is clipped")
  func outside() {
    for widget in Sample.all + Sample.empty {
      for rect in [
        Rect(x: -7, y: -2, width: 30, height: 9), Rect(x: 8, y: 3, width: 40, height: 12),
        Rect(x: 100, y: 100, width: 5, height: 5), Rect(x: Int.min, y: Int.max, width: 40, height: 5),
      ] {
        var surface = Surface(width: 12, height: 5)
        widget.draw(into: &surface, in: rect)
        #expect(surface.cells.count == 60)
      }
    }
  }

  @Test("In ASCII every cell is ASCII")
  func ascii() {
    for widget in Sample.all + Sample.empty {
      #expect(Sample.drawn(widget, 60, 12, .ascii).cells.allSatisfy { $0.scalar.isASCII }, "\(type(of: widget))")
    }
  }
}
