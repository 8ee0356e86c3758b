import CNcurses
import Foundation
import Screens

/// How many colours there are.
public enum ColourDepth: Hashable, Sendable {
  case none, basic, palette, direct
}

/// Turns styles into curses' attributes and colour pairs.
struct Palette {
  /// What is to be used when it is there.
  private(set) var depth: ColourDepth
  /// Whether 24-bit colours are numbers of their own, or entries of the palette that are redefined.
  private let isDirect: Bool
  private var pairs: [Pair: Int16] = [:]
  private var redefined: [UInt32: Int32] = [:]
  private var looks: [Look] = []

  private struct Pair: Hashable {
    var foreground: Int32
    var background: Int32
  }

  /// A role's style as curses has it.
  private struct Look {
    var attributes: Attributes
    var pair: Int16
  }

  /// - Parameters:
  ///   - wanted: the depth to use where the terminal has it; from terminal and environment where nil: NO_COLOR (set
  ///     and not empty) means none, COLORTERM `truecolor` or `24bit` means 24 bits where the terminal's description
  ///     tells how to set a colour.
  init(wanted: ColourDepth?, environment: [String: String]) {
    let refused = wanted == nil && !(environment["NO_COLOR"] ?? "").isEmpty
    guard wanted != ColourDepth.none, !refused, cn_start_colours() else {
      depth = .none
      isDirect = false
      return
    }
    isDirect = cn_has_direct_colour()
    let claims = ["truecolor", "24bit"].contains(environment["COLORTERM"] ?? "")
    let canRedefine = can_change_color() && cn_colours() >= 256
    let best: ColourDepth =
      isDirect || (canRedefine && (claims || wanted == .direct)) ? .direct : cn_colours() >= 256 ? .palette : .basic
    switch (wanted, best) {
    case (.basic, _): depth = .basic
    case (.palette, .direct), (.palette, .palette): depth = .palette
    default: depth = best
    }
  }

  /// Prepares all roles of a theme.
  mutating func apply(_ theme: Theme) {
    let theme = depth == .none ? Theme.monochrome : theme
    looks = Role.allCases.map { role in
      let style = theme.style(role)
      var attributes = style.attributes
      let foreground = number(style.foreground, &attributes)
      var unused: Attributes = []
      let background = number(style.background, &unused)
      return Look(attributes: attributes, pair: pair(foreground, background))
    }
  }

  /// Attributes and colour pair of a cell.
  func look(_ cell: Cell) -> (attributes: attr_t, pair: Int16) {
    let look = looks[Int(cell.role.rawValue)]
    var wanted = look.attributes.union(cell.attributes)
    if look.attributes.contains(.reverse), cell.attributes.contains(.reverse) { wanted.remove(.reverse) }
    var attributes: attr_t = 0
    if wanted.contains(.bold) { attributes |= cn_bold() }
    if wanted.contains(.reverse) { attributes |= cn_reverse() }
    if wanted.contains(.underline) { attributes |= cn_underline() }
    if wanted.contains(.dim) { attributes |= cn_dim() }
    return (attributes, look.pair)
  }

  /// Curses' number of a colour, -1 for the terminal's own. Eight colours show bright ones as bold, and what would
  /// be bright black as faint.
  private mutating func number(_ colour: Colour?, _ attributes: inout Attributes) -> Int32 {
    guard let colour else { return -1 }
    switch depth {
    case .none: return -1
    case .direct: return isDirect ? Int32(colour.rgb) : redefine(colour)
    case .palette: return isDirect ? Int32(colour.rgb) : Int32(colour.palette)
    case .basic:
      if cn_colours() >= 16 { return Int32(colour.basic) }
      if colour.basic == 8 {
        attributes.insert(.dim)
        return -1
      }
      if colour.basic > 8 { attributes.insert(.bold) }
      return Int32(colour.basic & 7)
    }
  }

  /// Sets an entry at the end of the palette to the colour, the same one for the same colour.
  private mutating func redefine(_ colour: Colour) -> Int32 {
    if let known = redefined[colour.rgb] { return known }
    let index = Int32(255 - redefined.count)
    guard index >= 128 else { return Int32(colour.palette) }
    func thousandths(_ shift: UInt32) -> Int32 { Int32((colour.rgb >> shift & 0xff) * 1000 / 255) }
    cn_set_colour(index, thousandths(16), thousandths(8), thousandths(0))
    redefined[colour.rgb] = index
    return index
  }

  private mutating func pair(_ foreground: Int32, _ background: Int32) -> Int16 {
    if foreground == -1 && background == -1 { return 0 }
    let key = Pair(foreground: foreground, background: background)
    if let known = pairs[key] { return known }
    let number = pairs.count + 1
    guard number < min(Int(cn_pairs()), 32767) else { return 0 }
    cn_set_pair(Int32(number), foreground, background)
    pairs[key] = Int16(number)
    return Int16(number)
  }
}
