/// One colour at three depths, each chosen by hand rather than computed.
public struct Colour: Hashable, Sendable {
  /// `0xRRGGBB`.
  public var rgb: UInt32
  /// Index in the 256-colour palette.
  public var palette: UInt8
  /// Index in the 16-colour palette; 8 to 15 are the bright ones, shown bold where there are 8 colours.
  public var basic: UInt8

  /// A colour at its three depths.
  public init(rgb: UInt32, palette: UInt8, basic: UInt8) {
    self.rgb = rgb
    self.palette = palette
    self.basic = basic
  }

  // The colour-blind-safe set of Okabe and Ito (2008), with nearest palette entries.
  static let orange = Colour(rgb: 0xE69F00, palette: 214, basic: 3)
  static let skyBlue = Colour(rgb: 0x56B4E9, palette: 74, basic: 14)
  static let green = Colour(rgb: 0x009E73, palette: 36, basic: 2)
  static let yellow = Colour(rgb: 0xF0E442, palette: 227, basic: 11)
  static let blue = Colour(rgb: 0x0072B2, palette: 25, basic: 4)
  static let vermilion = Colour(rgb: 0xD55E00, palette: 166, basic: 1)
  static let purple = Colour(rgb: 0xCC79A7, palette: 175, basic: 13)
  // Darker relatives for light backgrounds, where yellow and sky blue vanish.
  static let darkOrange = Colour(rgb: 0x9A6A00, palette: 94, basic: 3)
  static let darkGreen = Colour(rgb: 0x006B4E, palette: 23, basic: 2)
  static let darkVermilion = Colour(rgb: 0xA84A00, palette: 130, basic: 1)
  static let darkPurple = Colour(rgb: 0x8F3F6D, palette: 96, basic: 5)
  static let teal = Colour(rgb: 0x00707A, palette: 30, basic: 6)
  static let olive = Colour(rgb: 0x6B6400, palette: 58, basic: 3)
  // Greys
  static let lightGrey = Colour(rgb: 0xA8A8A8, palette: 248, basic: 7)
  static let grey = Colour(rgb: 0x808080, palette: 244, basic: 7)
  static let darkGrey = Colour(rgb: 0x585858, palette: 240, basic: 8)
  static let black = Colour(rgb: 0x000000, palette: 16, basic: 0)
  static let white = Colour(rgb: 0xFFFFFF, palette: 231, basic: 15)
  static let paleGrey = Colour(rgb: 0xD0D0D0, palette: 252, basic: 7)
}

/// How a role looks: nil is the terminal's own colour.
public struct Style: Hashable, Sendable {
  /// The colour of the glyph.
  public var foreground: Colour?
  /// The colour behind it.
  public var background: Colour?
  /// How the glyph is drawn.
  public var attributes: Attributes

  /// A style; without arguments the terminal's own.
  public init(_ foreground: Colour? = nil, on background: Colour? = nil, _ attributes: Attributes = []) {
    self.foreground = foreground
    self.background = background
    self.attributes = attributes
  }
}

/// Gives every role a style. The background stays the terminal's own.
public struct Theme: Sendable {
  /// How options name the theme.
  public let name: String
  private let styles: [Style]

  /// A theme from a complete mapping.
  public init(name: String, _ style: (Role) -> Style) {
    self.name = name
    styles = Role.allCases.map(style)
  }

  /// The style of a role.
  public func style(_ role: Role) -> Style { styles[Int(role.rawValue)] }

  /// The themes by name.
  public static let all: [Theme] = [dark, light, monochrome]

  /// Attributes alone: for NO_COLOR and for terminals without colours.
  public static let monochrome = Theme(name: "monochrome") { role in
    switch role {
    case .title, .focusedBorder, .accent, .key, .error, .warning: Style(nil, .bold)
    case .selection: Style(nil, .reverse)
    case .inactiveSelection, .input: Style(nil, .underline)
    case .dim, .grid, .idle: Style(nil, .dim)
    default: Style()
    }
  }

  /// For dark backgrounds; no blue text.
  public static let dark = Theme(name: "dark") { role in
    switch role {
    case .text: Style()
    case .dim: Style(.grey)
    case .title: Style(nil, .bold)
    case .border, .grid: Style(.darkGrey)
    case .focusedBorder: Style(.skyBlue, .bold)
    case .accent: Style(.skyBlue, .bold)
    case .selection: Style(.black, on: .skyBlue)
    case .inactiveSelection: Style(nil, .underline)
    case .input: Style(.yellow, .underline)
    case .key: Style(.yellow)
    case .error: Style(.vermilion, .bold)
    case .warning: Style(.orange, .bold)
    case .good: Style(.green, .bold)
    case .load, .copy: Style(.lightGrey)
    case .forward: Style(.skyBlue)
    case .backward, .backwardInput: Style(.orange)
    case .backwardWeight: Style(.yellow)
    case .recompute: Style(.white)
    case .loss, .reduce: Style(.purple)
    case .update: Style(.green)
    case .transfer: Style(.vermilion)
    case .waitSender, .waitPressure, .waitBarrier: Style(.grey)
    case .idle: Style(.darkGrey)
    case .overhead: Style(.lightGrey)
    case .memoryParameters: Style(.skyBlue)
    case .memoryGradients: Style(.orange)
    case .memoryOptimizer: Style(.green)
    case .memoryActivations: Style(.purple)
    case .memoryBuffers: Style(.yellow)
    case .curve1: Style(.skyBlue)
    case .curve2: Style(.orange)
    case .curve3: Style(.green)
    case .curve4: Style(.purple)
    case .curve5: Style(.yellow)
    case .curve6: Style(.vermilion)
    case .heat1: Style(.darkGrey)
    case .heat2: Style(.grey)
    case .heat3: Style(.skyBlue)
    case .heat4: Style(.orange)
    case .heat5: Style(.yellow, .bold)
    }
  }

  /// For light backgrounds; no yellow text.
  public static let light = Theme(name: "light") { role in
    switch role {
    case .text: Style()
    case .dim: Style(.grey)
    case .title: Style(nil, .bold)
    case .border, .grid: Style(.lightGrey)
    case .focusedBorder, .accent: Style(.blue, .bold)
    case .selection: Style(.white, on: .blue)
    case .inactiveSelection: Style(nil, .underline)
    case .input: Style(.blue, .underline)
    case .key: Style(.darkVermilion)
    case .error: Style(.darkVermilion, .bold)
    case .warning: Style(.darkOrange, .bold)
    case .good: Style(.darkGreen, .bold)
    case .load, .copy, .overhead: Style(.darkGrey)
    case .forward: Style(.blue)
    case .backward, .backwardInput: Style(.darkOrange)
    case .backwardWeight: Style(.olive)
    case .recompute: Style(.black)
    case .loss, .reduce: Style(.darkPurple)
    case .update: Style(.darkGreen)
    case .transfer: Style(.darkVermilion)
    case .waitSender, .waitPressure, .waitBarrier: Style(.grey)
    case .idle: Style(.lightGrey)
    case .memoryParameters: Style(.blue)
    case .memoryGradients: Style(.darkOrange)
    case .memoryOptimizer: Style(.darkGreen)
    case .memoryActivations: Style(.darkPurple)
    case .memoryBuffers: Style(.teal)
    case .curve1: Style(.blue)
    case .curve2: Style(.darkOrange)
    case .curve3: Style(.darkGreen)
    case .curve4: Style(.darkPurple)
    case .curve5: Style(.teal)
    case .curve6: Style(.darkVermilion)
    case .heat1: Style(.lightGrey)
    case .heat2: Style(.grey)
    case .heat3: Style(.teal)
    case .heat4: Style(.darkOrange)
    case .heat5: Style(.darkVermilion, .bold)
    }
  }
}
