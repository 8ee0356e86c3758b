import CNcurses
import Screens

/// The sequences of keys in the description of the terminal that is open.
enum KeyNames {
  private static let capabilities: [(name: String, key: Key)] = [
    ("kcuu1", .up), ("kcud1", .down), ("kcub1", .left), ("kcuf1", .right), ("khome", .home), ("kend", .end),
    ("kpp", .pageUp), ("knp", .pageDown), ("kbs", .backspace), ("kdch1", .delete), ("kich1", .insert),
    ("kcbt", .backTab), ("kent", .enter),
  ]

  /// Keys by what the terminal sends for them.
  static var sequences: [[UInt8]: Key] {
    let functions = (1...63).map { ("kf\($0)", Key.function($0)) }
    var result: [[UInt8]: Key] = [:]
    for (name, key) in capabilities + functions {
      guard let bytes = Capability.bytes(name) else { continue }
      result[bytes] = result[bytes] ?? key
    }
    return result
  }
}

/// What the description of the terminal that is open says.
enum Capability {
  /// A string of it, without the pauses for slow terminals, written `$<5>`; nil where it has none.
  static func bytes(_ name: String) -> [UInt8]? {
    guard let value = cn_capability(name) else { return nil }
    var bytes: [UInt8] = []
    var isPause = false
    for byte in UnsafeBufferPointer(start: value, count: strlen(value)).map(UInt8.init(bitPattern:)) {
      if !isPause, bytes.last == UInt8(ascii: "$"), byte == UInt8(ascii: "<") {
        isPause = true
        bytes.removeLast()
      } else if !isPause {
        bytes.append(byte)
      } else if byte == UInt8(ascii: ">") {
        isPause = false
      }
    }
    return bytes
  }
}
