/// How numbers are written on screen and in reports: three significant digits, the unit after a space, `n/a` for
/// what is not known (nil, not a number). An unknown number is never written as 0.
public enum Format {
  /// What stands for an unknown number.
  public static let unknown = "n/a"

  /// A duration in seconds: `850 ns`, `12.3 µs`, `1.50 s`, `2 min 05 s`, `1 h 02 min`.
  public static func time(_ seconds: Double?) -> String {
    guard let seconds, seconds.isFinite else { return unknown }
    if seconds == 0 { return "0 s" }
    let sign = seconds < 0 ? "-" : ""
    let size = abs(seconds)
    if size >= 59.95 {
      guard size < 1e12 else { return sign + scientific(size) + " s" }
      let whole = Int(size.rounded())
      if whole < 3600 { return "\(sign)\(whole / 60) min \(padded(whole % 60)) s" }
      return "\(sign)\(whole / 3600) h \(padded(whole % 3600 / 60)) min"
    }
    return scaled(seconds, steps: [(1e-9, "ns"), (1e-6, "µs"), (1e-3, "ms"), (1, "s")])
  }

  /// An amount of memory in bytes, by powers of 1024: `512 B`, `1.50 MiB`.
  public static func memory(_ bytes: Double?) -> String {
    binary(bytes, units: ["B", "KiB", "MiB", "GiB", "TiB", "PiB"])
  }

  /// An amount of memory in bytes, by powers of 1024.
  public static func memory(_ bytes: Int?) -> String { memory(bytes.map(Double.init)) }

  /// Bytes that moved, by powers of 1000: `512 B`, `1.86 MB`.
  public static func traffic(_ bytes: Double?) -> String { decimal(bytes, unit: "B") }

  /// Bytes that moved, by powers of 1000.
  public static func traffic(_ bytes: Int?) -> String { decimal(bytes.map(Double.init), unit: "B") }

  /// Bytes per second, by powers of 1000: `1.86 GB/s`.
  public static func bandwidth(_ bytesPerSecond: Double?) -> String { decimal(bytesPerSecond, unit: "B/s") }

  /// Floating-point operations: `1.86 GFLOP`.
  public static func operations(_ count: Double?) -> String { decimal(count, unit: "FLOP") }

  /// Floating-point operations per second: `92.1 GFLOP/s`.
  public static func speed(_ operationsPerSecond: Double?) -> String { decimal(operationsPerSecond, unit: "FLOP/s") }

  /// A rate of things per second: `1.20 k samples/s`.
  public static func rate(_ perSecond: Double?, of things: String) -> String {
    decimal(perSecond, unit: " \(things)/s")
  }

  /// A number of things: `950`, `1.86 M`.
  public static func count(_ count: Double?) -> String { decimal(count, unit: "") }

  /// A number of things: `950`, `1.86 M`.
  public static func count(_ count: Int?) -> String { decimal(count.map(Double.init), unit: "") }

  /// A fraction of 1 as per cent with one decimal: `12.3 %`.
  public static func percent(_ fraction: Double?) -> String {
    guard let fraction, fraction.isFinite else { return unknown }
    return fixed(fraction * 100, decimals: 1) + " %"
  }

  /// How many times as much: `1.83×`.
  public static func times(_ factor: Double?) -> String {
    guard let factor, factor.isFinite else { return unknown }
    return significant(factor) + "×"
  }

  /// A bare number with this many significant digits; powers of ten outside 10⁻⁴ to 10⁶.
  public static func number(_ value: Double?, digits: Int = 3) -> String {
    guard let value, value.isFinite else { return unknown }
    if value == 0 { return "0" }
    let size = abs(value)
    if size < 1e-4 || size >= 1e6 { return scientific(value, decimals: max(0, digits - 1)) }
    return significant(value, digits: digits)
  }

  /// A number with exactly this many decimals (at most 15), rounded half away from zero; never `-0`.
  public static func fixed(_ value: Double?, decimals: Int) -> String {
    guard let value, value.isFinite else { return unknown }
    let decimals = min(max(0, decimals), 15)
    var power = 1.0
    for _ in 0..<decimals { power *= 10 }
    let shifted = (abs(value) * power).rounded()
    guard shifted < 9e15 else { return "\(value)" }
    var digits = String(Int(shifted))
    if decimals > 0 {
      digits = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
      digits.insert(".", at: digits.index(digits.endIndex, offsetBy: -decimals))
    }
    return value < 0 && shifted > 0 ? "-" + digits : digits
  }

  // MARK: Parts

  private static func padded(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }

  /// Decimals that leave `digits` significant digits once the number is rounded to them.
  private static func decimals(for size: Double, digits: Int) -> Int {
    var decimals = digits - 1
    var edge = 10.0
    while size >= edge, edge < 1e15 {
      decimals -= 1
      edge *= 10
    }
    // 9.996 has one digit before the point but is written 10.0.
    var power = 1.0
    for _ in 0..<max(0, decimals) { power *= 10 }
    if decimals > 0, (size * power).rounded() >= edge * power { decimals -= 1 }
    return decimals
  }

  private static func significant(_ value: Double, digits: Int = 3) -> String {
    let size = abs(value)
    var decimals = decimals(for: size, digits: digits)
    var edge = 1.0
    while size < edge, edge > 1e-12, size > 0 {
      edge /= 10
      decimals += 1
    }
    return fixed(value, decimals: max(0, decimals))
  }

  private static func scientific(_ value: Double, decimals: Int = 2) -> String {
    var mantissa = abs(value)
    var exponent = 0
    while mantissa >= 10 {
      mantissa /= 10
      exponent += 1
    }
    while mantissa < 1 {
      mantissa *= 10
      exponent -= 1
    }
    var text = fixed(mantissa, decimals: decimals)
    if text.hasPrefix("10") {
      exponent += 1
      text = fixed(mantissa / 10, decimals: decimals)
    }
    return "\(value < 0 ? "-" : "")\(text)e\(exponent)"
  }

  /// The number in the first unit in which it stays below 1000 as written.
  private static func scaled(_ value: Double, steps: [(factor: Double, unit: String)]) -> String {
    let last = steps.count - 1
    for (index, step) in steps.enumerated() {
      let inUnit = value / step.factor
      let whole = index == 0 && abs(inUnit) < 1000 && inUnit == inUnit.rounded()
      let text = whole ? fixed(inUnit, decimals: 0) : fixed(inUnit, decimals: decimals(for: abs(inUnit), digits: 3))
      if abs(inUnit) < 999.5 || index == last { return step.unit.isEmpty ? text : "\(text) \(step.unit)" }
    }
    return unknown
  }

  private static func decimal(_ value: Double?, unit: String) -> String {
    guard let value, value.isFinite else { return unknown }
    if abs(value) >= 1e21 { return scientific(value) + (unit.isEmpty ? "" : " \(unit)") }
    let prefixes = ["", "k", "M", "G", "T", "P", "E"]
    var factor = 1.0
    let steps = prefixes.map { prefix in
      defer { factor *= 1000 }
      let joined = prefix + unit
      return (factor, joined.hasPrefix(" ") ? String(joined.dropFirst()) : joined)
    }
    return scaled(value, steps: steps)
  }

  private static func binary(_ value: Double?, units: [String]) -> String {
    guard let value, value.isFinite else { return unknown }
    var size = value
    var index = 0
    while abs(size) >= 1023.5, index + 1 < units.count {
      size /= 1024
      index += 1
    }
    let whole = index == 0 && size == size.rounded()
    let text = whole ? fixed(size, decimals: 0) : fixed(size, decimals: decimals(for: abs(size), digits: 3))
    return "\(text) \(units[index])"
  }
}
