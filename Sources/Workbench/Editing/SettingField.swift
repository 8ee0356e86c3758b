import Diagnostics
import Screens

/// One value that a person can change: how it reads now and how keys step it.
public struct SettingField: Hashable, Sendable {
  /// What left and right do to a value.
  public enum Values: Hashable, Sendable {
    /// One of these; stepping goes around.
    case choice([String])
    /// A whole number; stepping adds 1. `automatic` is the word for leaving it open, one step below the range.
    case integer(ClosedRange<Int>, automatic: String? = nil)
    /// A whole number that is stepped by doubling and halving.
    case doubling(ClosedRange<Int>)
    /// A positive number that is stepped through 1, 2, 5, 10.
    case decade
    /// Only typed.
    case text
  }

  /// Names the value to whoever applies a change.
  public var key: String
  public var label: String
  /// The value as it is typed.
  public var value: String
  public var values: Values
  /// What it means or may be.
  public var hint: String

  public init(_ key: String, label: String? = nil, _ value: String, _ values: Values, hint: String = "") {
    self.key = key
    self.label = label ?? key
    self.value = value
    self.values = values
    self.hint = hint
  }

  /// The next value in a direction (1 or -1); nil where there is none.
  public func stepped(_ direction: Int) -> String? {
    switch values {
    case .choice(let words):
      guard words.count > 1, let place = words.firstIndex(of: value) else { return words.first { $0 != value } }
      return words[(place + direction + words.count) % words.count]
    case .integer(let range, let automatic):
      guard let number = Int(value) else { return direction > 0 ? "\(range.lowerBound)" : nil }
      if number + direction < range.lowerBound { return automatic }
      return number + direction > range.upperBound ? nil : "\(number + direction)"
    case .doubling(let range):
      guard let number = Int(value) else { return nil }
      let next = direction > 0 ? number * 2 : number / 2
      return range.contains(next) ? "\(next)" : nil
    case .decade:
      guard let number = Double(value), number > 0 else { return nil }
      return Self.decade(after: number, direction)
    case .text: return nil
    }
  }

  /// The neighbour of a number among …, 0.1, 0.2, 0.5, 1, 2, 5, ….
  private static func decade(after number: Double, _ direction: Int) -> String? {
    var exponent = -6
    var series: [Double] = []
    while exponent <= 3 {
      for digit in [1.0, 2, 5] {
        var value = digit
        for _ in 0..<abs(exponent) { value = exponent < 0 ? value / 10 : value * 10 }
        series.append(value)
      }
      exponent += 1
    }
    let next =
      direction > 0 ? series.first { $0 > number * 1.0001 } : series.last { $0 < number * 0.9999 }
    return next.map { Float($0).text }
  }

  /// What left and right change, for the hint line.
  public var isStepped: Bool { values != .text }
}

extension Float {
  /// As short as it reads back: `0.1`, `3`, `1e-05`.
  var text: String {
    self == rounded() && abs(self) < 1e6 ? "\(Int(self))" : "\(self)"
  }
}

extension WholeNumbers {
  /// The number that a person typed.
  ///
  /// - Throws: which numbers can stand here.
  func typed(_ text: some StringProtocol) throws(FieldProblem) -> Int {
    guard let number = read(text) else { throw FieldProblem(description) }
    return number
  }
}

/// Why a typed value cannot be taken.
public struct FieldProblem: Error, Hashable, Sendable {
  public var message: String

  public init(_ message: String) { self.message = message }
}
