/// Damages inputs as typing mistakes, broken disks and malice do. Every damage follows from the seed; tests say it where they
/// fail:
///
///     var mutator = Mutator(seed: 7)
///     for round in 0..<500 {
///       let text = mutator.text(sound)
///       … #expect(holds, "seed 7, round \(round): \(text)")
///     }
public struct Mutator: Sendable {
  public var random: SeededGenerator

  public init(seed: UInt64) { random = SeededGenerator(seed: seed) }

  /// Numbers at which arithmetic, formats and limits break.
  public static let numbers = [
    "0", "-1", "1", "2", "007", "1_000", "65536", "4294967296", "9223372036854775807", "-9223372036854775808",
    "99999999999999999999999", "0.1", "1e9", "1e38", "1e400", "-0.0", "nan", ".inf", "0x10", "1.5.2", "",
  ]

  /// Pieces of scenes' and tables' syntax where they do not belong.
  public static let pieces = [
    "{", "}", "[", "]", ":", ",", "- ", "? ", "&a ", "*a", "<<: *a", "!!int ", "|\n", "'", "\"", "#", "%TAG ! a\n",
    "---\n",
    "\t", "\r\n", "\r", "\u{0}", "\u{feff}", "\u{85}", "\u{1b}[2J", "é", "𝄞", "~", "=", "|", "\n", "  ", "[[[[[[[[",
    "{a: {a: {a: ",
  ]

  /// Text with one to four damages: a number replaced, lines lost, doubled or swapped, pieces inserted or cut.
  public mutating func text(_ sound: String) -> String {
    var text = sound
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      switch Int.random(in: 0..<6, using: &random) {
      case 0, 1: text = withOtherNumber(text)
      case 2, 3: text = withOtherLines(text)
      case 4: text = withPiece(text)
      default: text = String(decoding: bytes(Array(text.utf8)), as: UTF8.self)
      }
    }
    return text
  }

  /// Bytes with one to four damages: bits flipped, bytes replaced, lost or inserted, the end cut off, a part doubled.
  public mutating func bytes(_ sound: [UInt8]) -> [UInt8] {
    var bytes = sound
    for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
      // The beginning, where headers are, as often as all of the rest.
      let reach = Bool.random(using: &random) ? min(bytes.count, 64) : bytes.count
      let place = Int.random(in: 0..<reach, using: &random)
      switch Int.random(in: 0..<6, using: &random) {
      case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 1: bytes[place] = [0, 1, 0x7f, 0x80, 0xff].randomElement(using: &random)!
      case 2: bytes.remove(at: place)
      case 3: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
      case 4: bytes.removeSubrange(place...)
      default:
        let end = min(bytes.count, place + Int.random(in: 1...64, using: &random))
        bytes.insert(contentsOf: bytes[place..<end], at: place)
      }
    }
    return bytes
  }

  private mutating func withOtherNumber(_ text: String) -> String {
    let numbers = text.matches(of: #/[0-9]+(\.[0-9]+)?/#)
    guard let number = numbers.randomElement(using: &random) else { return text }
    return text.replacingCharacters(in: number.range, with: Self.numbers.randomElement(using: &random)!)
  }

  private mutating func withOtherLines(_ text: String) -> String {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let place = Int.random(in: 0..<lines.count, using: &random)
    switch Int.random(in: 0..<4, using: &random) {
    case 0: lines.remove(at: place)
    case 1: lines.insert(lines[place], at: Int.random(in: 0...lines.count, using: &random))
    case 2: lines.swapAt(place, Int.random(in: 0..<lines.count, using: &random))
    default: lines[place] = "  " + lines[place]
    }
    return lines.joined(separator: "\n")
  }

  private mutating func withPiece(_ text: String) -> String {
    let place = text.index(text.startIndex, offsetBy: Int.random(in: 0...text.count, using: &random))
    return text[..<place] + Self.pieces.randomElement(using: &random)! + text[place...]
  }
}

extension String {
  fileprivate func replacingCharacters(in range: Range<String.Index>, with text: String) -> String {
    self[..<range.lowerBound] + text + self[range.upperBound...]
  }
}
