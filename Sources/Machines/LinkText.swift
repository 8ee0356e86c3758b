import Diagnostics

extension Link: CustomStringConvertible {
  /// `shared`, or latency and bandwidth in the largest units that show them exactly: `20us,1GB/s`, `1ms,inf`.
  public var description: String {
    switch self {
    case .shared: "shared"
    case .emulated(let latency, let rate): "\(Self.latencyText(latency)),\(Self.bandwidthText(rate))"
    }
  }

  /// Reads `shared`, `inf` (no latency, no limit) or `LATENCY,BANDWIDTH`, as `20us,1GB/s`.
  ///
  /// Units are ns us ms s and B/s kB/s MB/s GB/s, powers of 1000; a bandwidth of `inf` is no limit. Latencies are kept in
  /// whole nanoseconds.
  ///
  /// - Throws: what cannot be read, with its column and what would be accepted.
  public init(parsing text: String) throws(DiagnosticList) {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    let words = parts.map { $0.trimmed }
    switch words.count {
    case 1 where words[0] == "shared": self = .shared
    case 1 where words[0] == "inf": self = .emulated(latencyNanoseconds: 0, bytesPerSecond: .infinity)
    case 2:
      var problems: [Diagnostic] = []
      let latency = Self.latency(String(words[0]))
      let rate = Self.bandwidth(String(words[1]))
      if latency == nil {
        problems.append(
          Self.problem(
            "'\(words[0])' is no latency", at: words[0], of: text, hint: "a number with ns, us, ms or s, up to 1000s"))
      }
      if rate == nil {
        problems.append(
          Self.problem(
            "'\(words[1])' is no bandwidth", at: words[1], of: text,
            hint: "a number with B/s, kB/s, MB/s or GB/s, at least 0.000000001B/s, or inf for no limit"))
      }
      guard let latency, let rate else { throw DiagnosticList(problems) }
      self = .emulated(latencyNanoseconds: latency, bytesPerSecond: rate)
    default:
      throw DiagnosticList([
        Self.problem(
          "'\(text)' is no link", at: text[...], of: text, hint: "shared, or latency and bandwidth as 20us,1GB/s")
      ])
    }
  }

  private static let latencyUnits: [(name: String, nanoseconds: Int64)] = [
    ("s", 1_000_000_000), ("ms", 1_000_000), ("us", 1000), ("ns", 1),
  ]
  /// A byte in thirty years.
  private static let lowestBandwidth = 1e-9
  private static let bandwidthUnits: [(name: String, bytes: Double)] = [
    ("GB/s", 1e9), ("MB/s", 1e6), ("kB/s", 1e3), ("B/s", 1),
  ]

  private static func latency(_ text: String) -> Int64? {
    if text == "0" { return 0 }
    guard let (number, unit) = split(text), let scale = latencyUnits.first(where: { $0.name == unit }) else {
      return nil
    }
    let nanoseconds = (number * Double(scale.nanoseconds)).rounded()
    return (0...1e12).contains(nanoseconds) ? Int64(nanoseconds) : nil
  }

  private static func bandwidth(_ text: String) -> Double? {
    if text == "inf" { return .infinity }
    guard let (number, unit) = split(text), let scale = bandwidthUnits.first(where: { $0.name == unit }) else {
      return nil
    }
    let rate = number * scale.bytes
    return rate >= lowestBandwidth && rate.isFinite ? rate : nil
  }

  /// A number and its unit.
  private static func split(_ text: String) -> (Double, String)? {
    let digits = text.prefix { "0123456789.".contains($0) }
    guard digits.contains(where: \.isNumber), let number = Double(digits) else { return nil }
    return (number, String(text[digits.endIndex...].trimmed))
  }

  private static func latencyText(_ latency: Int64) -> String {
    let unit = latencyUnits.first { latency >= $0.nanoseconds && latency % $0.nanoseconds == 0 } ?? ("ns", 1)
    return "\(latency / unit.nanoseconds)\(unit.name)"
  }

  private static func bandwidthText(_ rate: Double) -> String {
    guard rate.isFinite else { return "inf" }
    for unit in bandwidthUnits where rate >= unit.bytes {
      let text = "\(decimal(rate / unit.bytes))\(unit.name)"
      if bandwidth(text) == rate { return text }
    }
    return "\(decimal(rate))B/s"
  }

  /// Without the `.0` of whole numbers and without an exponent.
  private static func decimal(_ value: Double) -> String {
    if value == value.rounded(), value < 1e18 { return "\(Int(value))" }
    let text = "\(value)"
    guard let mark = text.firstIndex(of: "e"), let exponent = Int(text[text.index(after: mark)...]) else { return text }
    let digits = text[..<mark].filter { $0 != "." }
    let whole = (text[..<mark].firstIndex(of: ".").map { text.distance(from: text.startIndex, to: $0) } ?? digits.count)
    let point = whole + exponent
    if point <= 0 { return "0." + String(repeating: "0", count: -point) + digits }
    return digits + String(repeating: "0", count: max(0, point - digits.count))
  }

  private static func problem(_ message: String, at part: Substring, of text: String, hint: String) -> Diagnostic {
    let column = text.distance(from: text.startIndex, to: part.startIndex) + 1
    return Diagnostic(message, location: SourceLocation(line: 1, column: column), hint: hint)
  }
}

extension Substring {
  fileprivate var trimmed: Substring {
    var part = self
    while part.first == " " { part.removeFirst() }
    while part.last == " " { part.removeLast() }
    return part
  }
}
