/// The glyphs that frames, bars and marks are drawn with. Two complete sets: ``unicode`` and ``ascii``.
public struct GlyphSet: Hashable, Sendable, CustomStringConvertible {
  /// How options name the set.
  public var name: String
  /// The name.
  public var description: String { name }
  /// Whether everything on a surface is folded to ASCII.
  public var isASCII: Bool
  /// Whether curves are drawn with braille dots (2 × 4 per cell) or with one mark per cell.
  public var usesBraille: Bool

  /// Frame strokes.
  public var horizontal: Unicode.Scalar, vertical: Unicode.Scalar
  public var topLeft: Unicode.Scalar, topRight: Unicode.Scalar
  public var bottomLeft: Unicode.Scalar, bottomRight: Unicode.Scalar
  /// Where two strokes cross.
  public var cross: Unicode.Scalar
  /// Strokes of an axis: its tick on a vertical axis, its corner.
  public var axisTick: Unicode.Scalar, axisCorner: Unicode.Scalar

  /// Heights of a column in eighths, index 0 empty to 8 full.
  public var columnEighths: [Unicode.Scalar]
  /// Widths of a bar in eighths, index 0 empty to 8 full.
  public var barEighths: [Unicode.Scalar]
  /// Shades of a heat map, weak to strong, one for each of ``Role/heat``.
  public var shades: [Unicode.Scalar]
  /// What is left of a gauge, and a scroll bar's two parts.
  public var emptyBar: Unicode.Scalar, scrollTrack: Unicode.Scalar, scrollThumb: Unicode.Scalar

  /// Arrows.
  public var left: Unicode.Scalar, right: Unicode.Scalar, up: Unicode.Scalar, down: Unicode.Scalar
  /// Marks: the selected entry, a bullet, yes, no, cut text, several things in one cell.
  public var selected: Unicode.Scalar, bullet: Unicode.Scalar, yes: Unicode.Scalar, no: Unicode.Scalar
  public var ellipsis: Unicode.Scalar, several: Unicode.Scalar
  /// One mark for each series of a chart.
  public var seriesMarks: [Unicode.Scalar]

  /// Box drawing, eighth blocks and braille.
  public static let unicode = GlyphSet(
    name: "unicode", isASCII: false, usesBraille: true, horizontal: "─", vertical: "│", topLeft: "┌", topRight: "┐",
    bottomLeft: "└", bottomRight: "┘", cross: "┼", axisTick: "┤", axisCorner: "└",
    columnEighths: [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
    barEighths: [" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"], shades: ["·", "░", "▒", "▓", "█"], emptyBar: "·",
    scrollTrack: "│", scrollThumb: "█", left: "←", right: "→", up: "↑", down: "↓", selected: "▸", bullet: "•", yes: "✓",
    no: "✗", ellipsis: "…", several: "≡", seriesMarks: ["*", "+", "o", "x", "#", "@"])

  /// As ``unicode``, with one mark per cell in place of braille, for fonts that lack it.
  public static let blocks: GlyphSet = {
    var set = unicode
    set.name = "blocks"
    set.usesBraille = false
    return set
  }()

  /// ASCII alone.
  public static let ascii = GlyphSet(
    name: "ascii", isASCII: true, usesBraille: false, horizontal: "-", vertical: "|", topLeft: "+", topRight: "+",
    bottomLeft: "+", bottomRight: "+", cross: "+", axisTick: "+", axisCorner: "+",
    columnEighths: [" ", "_", ".", ".", "-", "-", "=", "=", "#"],
    barEighths: [" ", " ", " ", " ", "-", "-", "=", "=", "#"], shades: [".", ":", "+", "%", "#"], emptyBar: ".",
    scrollTrack: "|", scrollThumb: "#", left: "<", right: ">", up: "^", down: "v", selected: ">", bullet: "*", yes: "y",
    no: "x", ellipsis: "~", several: "%", seriesMarks: ["*", "+", "o", "x", "#", "@"])

  /// The sets by name.
  public static let all: [GlyphSet] = [unicode, blocks, ascii]

  /// The scalar itself, or its nearest ASCII relative where the set is ASCII; `?` where there is none.
  public func folded(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    guard isASCII, !scalar.isASCII else { return scalar }
    return Self.folds[scalar] ?? "?"
  }

  private static let folds: [Unicode.Scalar: Unicode.Scalar] = {
    var folds: [Unicode.Scalar: Unicode.Scalar] = [
      "µ": "u", "μ": "u", "×": "x", "…": "~", "–": "-", "—": "-", "−": "-", "·": ".", "•": "*", "→": ">", "←": "<",
      "↑": "^", "↓": "v", "≤": "<", "≥": ">", "≈": "~", "±": "~", "✓": "y", "✗": "x", "▸": ">", "▶": ">", "α": "a",
      "β": "b", "σ": "s", "Δ": "d", "∩": "&", "∪": "+", "°": "o", "’": "'", "‘": "'", "“": "\"", "”": "\"",
      "\u{a0}": " ",
      "Ø": "O", "ø": "o", "ß": "s", "█": "#", "░": ":", "▒": "+", "▓": "%", "÷": "/",
    ]
    // Latin letters with marks, by their base letter: the first scalar of the canonical decomposition.
    for (base, letters) in [
      ("A", "ÀÁÂÃÄÅ"), ("C", "Ç"), ("E", "ÈÉÊË"), ("I", "ÌÍÎÏ"), ("N", "Ñ"), ("O", "ÒÓÔÕÖ"), ("U", "ÙÚÛÜ"), ("Y", "Ý"),
      ("a", "àáâãäå"), ("c", "ç"), ("e", "èéêë"), ("i", "ìíîï"), ("n", "ñ"), ("o", "òóôõö"), ("u", "ùúûü"), ("y", "ýÿ"),
    ] as [(Unicode.Scalar, String)] {
      for letter in letters.unicodeScalars { folds[letter] = base }
    }
    return folds
  }()
}
