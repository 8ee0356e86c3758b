import Screens
import Strategies

/// Draws who holds which box of a layer: the same picture that `partita plan` prints, with colours.
struct OwnershipDrawing: Widget {
  var layer: LayerOwnership
  var names: [String]
  var scroll: Int

  func draw(into surface: inout Surface, in rect: Rect) {
    guard !rect.isEmpty else { return }
    let picture = OwnershipPicture(layer, names: names, glyphs: surface.glyphs.isASCII ? .ascii : .unicode)
      .canvas(width: rect.width, height: rect.height)
    let first = min(scroll, max(0, picture.height - rect.height))
    surface.withClip(rect) { surface in
      for (row, line) in picture.lines.dropFirst(first).prefix(rect.height).enumerated() {
        for (column, cell) in line.enumerated() {
          guard let scalar = cell.glyph.unicodeScalars.first else { continue }
          surface.put(scalar, x: rect.x + column, y: rect.y + row, role: role(cell.role))
        }
      }
      mark(first > 0, surface.glyphs.up, x: rect.maxX - 1, y: rect.y, into: &surface)
      mark(
        first + rect.height < picture.height, surface.glyphs.down, x: rect.maxX - 1, y: rect.maxY - 1, into: &surface)
    }
  }

  /// More lies above or below.
  private func mark(_ isNeeded: Bool, _ glyph: Unicode.Scalar, x: Int, y: Int, into surface: inout Surface) {
    if isNeeded { surface.put(glyph, x: x, y: y, role: .key) }
  }

  private func role(_ role: OwnershipCanvas.Role) -> Role {
    switch role {
    case .text: .text
    case .title: .title
    case .border: .border
    case .scale, .padding: .dim
    case .own(let device), .fetched(let device): Role.curves[device % Role.curves.count]
    }
  }
}
