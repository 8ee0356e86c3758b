/// What a cell means. Views name roles; a ``Theme`` turns a role into colours and attributes.
///
/// Roles help to see, they never carry a state alone: whoever draws a data role also gives it a letter or glyph.
public enum Role: UInt8, CaseIterable, Hashable, Sendable {
  // The interface itself
  case text, dim, title, border, focusedBorder, accent, selection, inactiveSelection, input, key, grid
  // Judgements
  case error, warning, good
  // What a device does
  case load, forward, backward, backwardInput, backwardWeight, recompute, loss, update
  case copy, reduce, transfer, waitSender, waitPressure, waitBarrier, idle, overhead
  // What memory holds
  case memoryParameters, memoryGradients, memoryOptimizer, memoryActivations, memoryBuffers
  // Series of a chart
  case curve1, curve2, curve3, curve4, curve5, curve6
  // Intensity of a heat map, from weak to strong
  case heat1, heat2, heat3, heat4, heat5

  /// The roles of chart series, in the order they are given out.
  public static let curves: [Role] = [.curve1, .curve2, .curve3, .curve4, .curve5, .curve6]

  /// The roles of a heat map, from weak to strong.
  public static let heat: [Role] = [.heat1, .heat2, .heat3, .heat4, .heat5]

  /// One ASCII character, different for each role: how screens are written as text.
  public var letter: Character {
    switch self {
    case .text: "."
    case .dim: ","
    case .title: "T"
    case .border: "-"
    case .focusedBorder: "="
    case .accent: "a"
    case .selection: "#"
    case .inactiveSelection: "_"
    case .input: "i"
    case .key: "k"
    case .grid: ":"
    case .error: "E"
    case .warning: "!"
    case .good: "g"
    case .load: "D"
    case .forward: "F"
    case .backward: "B"
    case .backwardInput: "I"
    case .backwardWeight: "W"
    case .recompute: "R"
    case .loss: "L"
    case .update: "U"
    case .copy: "C"
    case .reduce: "A"
    case .transfer: "X"
    case .waitSender: "s"
    case .waitPressure: "p"
    case .waitBarrier: "n"
    case .idle: "o"
    case .overhead: "h"
    case .memoryParameters: "1"
    case .memoryGradients: "2"
    case .memoryOptimizer: "3"
    case .memoryActivations: "4"
    case .memoryBuffers: "5"
    case .curve1: "u"
    case .curve2: "v"
    case .curve3: "w"
    case .curve4: "x"
    case .curve5: "y"
    case .curve6: "z"
    case .heat1: "b"
    case .heat2: "c"
    case .heat3: "d"
    case .heat4: "e"
    case .heat5: "f"
    }
  }
}

/// What a cell looks like beside its role; added to what the theme gives the role.
public struct Attributes: OptionSet, Hashable, Sendable {
  /// One bit for each attribute.
  public let rawValue: UInt8

  /// The attributes of these bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Heavier strokes.
  public static let bold = Attributes(rawValue: 1)
  /// Foreground and background exchanged; twice is once not.
  public static let reverse = Attributes(rawValue: 2)
  /// A line below.
  public static let underline = Attributes(rawValue: 4)
  /// Fainter.
  public static let dim = Attributes(rawValue: 8)
}
