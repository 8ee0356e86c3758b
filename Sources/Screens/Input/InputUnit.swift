/// The first thing in what a terminal sent: how many bytes it takes, and what it is.
///
/// The bytes of ECMA-48: a character, a control character, or a sequence that the escape character begins. Its end follows from its
/// grammar alone, so that a sequence that nobody knows is left out whole and never falls apart into keys.
enum InputUnit: Equatable {
  /// More bytes must come before the end is known.
  case incomplete
  /// One character, of `length` bytes.
  case character(length: Int)
  /// The escape key: another sequence begins behind it.
  case escape
  /// `ESC [ parameters intermediates final`, or `ESC O parameters final`, with its introducer.
  case sequence(length: Int)
  /// A report of the mouse in the old form, `ESC [ M` and three bytes.
  case oldMouse
  /// Something else that an escape character began: a string for the terminal, Alt and a key, or a sequence broken off.
  case unknown(length: Int)

  /// The longest sequence that is waited for. Strings have no limit: they end when nothing follows.
  static let longest = 64

  /// - Parameters:
  ///   - bytes: not empty.
  ///   - isUTF8: whether characters beyond ASCII take several bytes.
  init(_ bytes: ArraySlice<UInt8>, isUTF8: Bool) {
    let start = bytes.startIndex
    guard bytes[start] == 0x1b else {
      self = Self.character(bytes, isUTF8: isUTF8)
      return
    }
    guard bytes.count > 1 else {
      self = .incomplete
      return
    }
    switch bytes[start + 1] {
    case 0x1b: self = .escape
    case UInt8(ascii: "["), UInt8(ascii: "O"): self = Self.sequence(bytes)
    case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "X"), UInt8(ascii: "^"), UInt8(ascii: "_"):
      self = Self.string(bytes)
    default:
      // Alt and a key.
      switch Self.character(bytes.dropFirst(), isUTF8: isUTF8) {
      case .character(let length): self = .unknown(length: 1 + length)
      default: self = .incomplete
      }
    }
  }

  private static func character(_ bytes: ArraySlice<UInt8>, isUTF8: Bool) -> InputUnit {
    let first = bytes[bytes.startIndex]
    guard isUTF8, first >= 0xc2, first < 0xf5 else { return .character(length: 1) }
    let length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
    let tail = bytes.dropFirst().prefix(length - 1)
    let valid = tail.prefix { $0 & 0xc0 == 0x80 }
    if valid.count == length - 1 { return .character(length: length) }
    // Where another byte breaks the character off, its beginning is left out.
    return valid.count < tail.count ? .character(length: 1 + valid.count) : .incomplete
  }

  private static func sequence(_ bytes: ArraySlice<UInt8>) -> InputUnit {
    let start = bytes.startIndex
    let isControl = bytes[start + 1] == UInt8(ascii: "[")
    if isControl, bytes.count > 2, bytes[start + 2] == UInt8(ascii: "[") {
      // The Linux console's first function keys: ESC [ [ A.
      return bytes.count > 3 ? .sequence(length: 4) : .incomplete
    }
    if isControl, bytes.count > 2, bytes[start + 2] == UInt8(ascii: "M") {
      return bytes.count >= 6 ? .oldMouse : .incomplete
    }
    for (length, byte) in zip(2..., bytes.dropFirst(2)) {
      switch byte {
      case 0x20..<0x40: if length >= longest { return .unknown(length: length) }
      case 0x40..<0x7f: return .sequence(length: length + 1)
      default: return .unknown(length: length)
      }
    }
    return .incomplete
  }

  /// Answers of the terminal that nobody asked for: to the bell, or to the string terminator.
  private static func string(_ bytes: ArraySlice<UInt8>) -> InputUnit {
    for (length, byte) in zip(2..., bytes.dropFirst(2)) {
      switch byte {
      case 0x07: return .unknown(length: length + 1)
      case 0x18, 0x1a: return .unknown(length: length + 1)
      case 0x1b:
        guard bytes.count > length + 1 else { return .incomplete }
        return .unknown(length: bytes[bytes.startIndex + length + 1] == UInt8(ascii: "\\") ? length + 2 : length)
      default: break
      }
    }
    return .incomplete
  }
}
