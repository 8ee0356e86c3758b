/// Makes keys, mouse actions and pastes of the bytes that a terminal sends.
///
/// It knows nothing of time. Where bytes may be the beginning of a longer key, it waits for more; the terminal decides how long
/// (``isIncomplete``), and then says that nothing follows (``giveUp()``).
public struct InputDecoder: Sendable {
  private let named: [[UInt8]: Key]
  private let longestName: Int
  /// The characters of the bytes from 128 on; nil where they are UTF-8.
  private let upperHalf: [Unicode.Scalar?]?
  private var bytes: [UInt8] = []
  private var head = 0
  /// What has been pasted so far, while a paste lasts.
  private var paste: [UInt8]?
  /// Whether the escape key was taken for granted because nothing followed; its sequence may have come apart.
  private var isTorn = false

  private static let pasteEnd = Array("\u{1b}[201~".utf8)
  private static let pasteBegin = Array("\u{1b}[200~".utf8)
  private static let longestString = 1 << 16
  /// Bytes of a paste that are kept; what comes behind them is left out.
  public static let longestPaste = 1 << 20

  /// - Parameters:
  ///   - named: sequences that the terminal's description names, beyond those that terminals have in common.
  ///   - upperHalf: the 128 characters of bytes from 128 on, nil where there is none; without it text is UTF-8.
  public init(named: [[UInt8]: Key] = [:], upperHalf: [Unicode.Scalar?]? = nil) {
    // Where a description calls keys of the numeric keypad function keys, as the VT100's does, what is printed on them counts.
    self.named = named.filter { name, _ in
      name.count > 1 && name[0] == 0x1b
        && !(name.count == 3 && name[1] == UInt8(ascii: "O") && KeySequences.keypad(name[2]) != nil)
    }
    longestName = self.named.keys.map(\.count).max() ?? 0
    self.upperHalf = upperHalf
  }

  /// Takes in what was read in one go.
  public mutating func feed(_ new: some Collection<UInt8>) {
    if head > 0 {
      bytes.removeFirst(head)
      head = 0
    }
    // The rest of a key whose escape character came alone over a slow line: no hand types a whole sequence at once.
    if isTorn, bytes.isEmpty, new.count > 1 {
      let whole = [0x1b] + new
      if case .sequence(let length) = InputUnit(whole[...], isUTF8: true), length == whole.count { bytes = [0x1b] }
    }
    if !new.isEmpty { isTorn = false }
    bytes += new
  }

  /// The next event of what has come so far; nil where there is none, or none yet.
  public mutating func next() -> Event? {
    while head < bytes.count {
      if paste != nil {
        guard let text = pastedText() else { return nil }
        return .paste(text)
      }
      let rest = bytes[head...]
      if let (length, key) = nameAtBegin(of: rest) {
        head += length
        return .key(key)
      }
      switch InputUnit(rest, isUTF8: upperHalf == nil) {
      case .incomplete:
        // A string without an end is left out as it comes.
        if rest.count > Self.longestString { head = bytes.count }
        return nil
      case .character(let length):
        head += length
        if let key = key(rest.prefix(length)) { return .key(key) }
      case .escape:
        head += 1
        return .key(.escape)
      case .sequence(let length):
        let sequence = rest.prefix(length)
        head += length
        if sequence.elementsEqual(Self.pasteBegin) {
          paste = []
        } else if let key = KeySequences.key(sequence) {
          return .key(key)
        } else if let mouse = MouseReports.mouse(sequence) {
          return .mouse(mouse)
        }
      case .oldMouse:
        head += 6
        if let mouse = MouseReports.mouse(old: rest.prefix(6)) { return .mouse(mouse) }
      case .unknown(let length):
        // Unless the description has a longer name that begins so.
        if isBeginOfName(rest) { return nil }
        head += length
      }
    }
    return nil
  }

  /// Whether something has begun whose end is not there: a key's sequence, or a paste.
  public var isIncomplete: Bool { paste != nil || head < bytes.count }
  /// Whether it is a paste, whose parts may come far apart.
  public var isPasting: Bool { paste != nil }

  /// Nothing follows: the escape character alone was the key, a paste is over, anything else is no key.
  public mutating func giveUp() -> Event? {
    if let text = paste {
      let all = text + bytes[head...]
      paste = nil
      head = bytes.count
      return .paste(String(decoding: all, as: UTF8.self))
    }
    guard head < bytes.count else { return nil }
    let isEscape = bytes[head...].elementsEqual([0x1b])
    head = bytes.count
    isTorn = isEscape
    return isEscape ? .key(.escape) : nil
  }

  /// The longest sequence of the terminal's description that the bytes begin with.
  private func nameAtBegin(of rest: ArraySlice<UInt8>) -> (length: Int, key: Key)? {
    guard rest.first == 0x1b, longestName > 0 else { return nil }
    for length in stride(from: min(longestName, rest.count), to: 1, by: -1) {
      if let key = named[Array(rest.prefix(length))] { return (length, key) }
    }
    return nil
  }

  private func isBeginOfName(_ rest: ArraySlice<UInt8>) -> Bool {
    rest.count < longestName && named.keys.contains { $0.count > rest.count && $0.starts(with: rest) }
  }

  /// The key of one character, nil for what is none.
  private func key(_ character: ArraySlice<UInt8>) -> Key? {
    guard let first = character.first else { return nil }
    if first < 32 || first == 127 { return Key(control: first) }
    if first == 32 { return .space }
    let scalar: Unicode.Scalar? =
      if first < 128 {
        Unicode.Scalar(first)
      } else if let upperHalf {
        upperHalf.indices.contains(Int(first) - 128) ? upperHalf[Int(first) - 128] : nil
      } else {
        String(validating: character, as: UTF8.self)?.unicodeScalars.first
      }
    guard let scalar, !(0x80..<0xa0).contains(scalar.value) else { return nil }
    return .character(Character(scalar))
  }

  /// Goes on with a paste; its text when its end has come.
  private mutating func pastedText() -> String? {
    var text = paste ?? []
    while head < bytes.count {
      // Up to the next escape character, or that character itself where it is not the end's.
      let rest = bytes[head...]
      if rest.starts(with: Self.pasteEnd) {
        head += Self.pasteEnd.count
        paste = nil
        return String(decoding: text, as: UTF8.self)
      }
      // The beginning of the end may be all that has come.
      if rest.count < Self.pasteEnd.count, Self.pasteEnd.starts(with: rest) { break }
      let stop = rest.dropFirst().firstIndex(of: 0x1b) ?? bytes.endIndex
      text += rest[..<stop].prefix(max(0, Self.longestPaste - text.count))
      head = stop
    }
    paste = text
    return nil
  }
}
