/// The whole numbers that may stand in one place of a text. Strategy texts, scene fields, options and forms read them here and
/// refuse others with the same words.
///
/// A number that a person types is held against its stated limits before anything is computed from it or reserved for it.
public struct WholeNumbers: Hashable, Sendable, CustomStringConvertible {
  public let range: ClosedRange<Int>

  public init(_ range: ClosedRange<Int>) { self.range = range }

  /// What a text says.
  public enum Reading: Hashable, Sendable {
    case number(Int)
    /// A whole number below the range, however small.
    case below
    /// A whole number above the range, however large.
    case above
    /// No whole number at all.
    case none
  }

  /// Reads decimal digits with or without a sign.
  public func reading(_ text: some StringProtocol) -> Reading {
    if let number = Int(text) {
      return range.contains(number) ? .number(number) : number < range.lowerBound ? .below : .above
    }
    let digits = text.first == "-" || text.first == "+" ? text.dropFirst() : text[...]
    guard !digits.isEmpty, digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
      return .none
    }
    return text.first == "-" ? .below : .above
  }

  /// The number that a text says; nil where it says none of these.
  public func read(_ text: some StringProtocol) -> Int? {
    if case .number(let number) = reading(text) { number } else { nil }
  }

  public func contains(_ number: Int) -> Bool { range.contains(number) }

  /// `a whole number from 1 to 65536`
  public var description: String { "a whole number from \(range.lowerBound) to \(range.upperBound)" }
}
