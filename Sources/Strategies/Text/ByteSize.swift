/// A number of bytes as an option's text gives it: `512B`, `4kB`, `1.5MB`, `1GB`, in powers of 1000 as links have them.
public struct ByteSize: Hashable, Sendable, CustomStringConvertible {
  /// At least 1.
  public let bytes: Int

  public init(bytes: Int) { self.bytes = max(1, bytes) }

  /// Reads a number with a unit; nil where that is no whole number of bytes from 1 to 10¹⁵.
  public init?(parsing text: some StringProtocol) {
    let digits = text.prefix { $0.isASCII && $0.isNumber || $0 == "." }
    guard let number = Double(String(digits)),
      let unit = Self.units.first(where: { $0.name == text[digits.endIndex...] })
    else { return nil }
    let bytes = number * Double(unit.bytes)
    guard bytes >= 1, bytes <= 1e15, bytes == bytes.rounded() else { return nil }
    self.bytes = Int(bytes)
  }

  /// The largest unit that shows the number exactly with at most three decimals.
  public var description: String {
    for unit in Self.units where bytes >= unit.bytes && bytes * 1000 % unit.bytes == 0 {
      let thousandths = bytes * 1000 / unit.bytes % 1000
      var decimals = String(String(thousandths + 1000).dropFirst())
      while decimals.last == "0" { decimals.removeLast() }
      return "\(bytes / unit.bytes)\(decimals.isEmpty ? "" : ".\(decimals)")\(unit.name)"
    }
    return "\(bytes)B"
  }

  private static let units = [
    (name: "GB", bytes: 1_000_000_000), (name: "MB", bytes: 1_000_000), (name: "kB", bytes: 1000),
    (name: "B", bytes: 1),
  ]
}
