extension Unicode.Scalar {
  /// Whether a terminal or a reader takes the scalar for an order and not for text: controls (C0, DEL, C1), what turns the
  /// direction of writing, separators of lines and paragraphs, marks without width and noncharacters.
  public var isHidden: Bool {
    switch value {
    case ..<0x20, 0x7f..<0xa0, 0x61c, 0x200b, 0x200e...0x200f, 0x2028...0x202e, 0x2060...0x206f, 0xfeff,
      0xfff9...0xfffb,
      0xe0001:
      true
    default: (0xfdd0...0xfdef).contains(value) || value & 0xfffe == 0xfffe
    }
  }
}

extension String {
  /// The text as one line in which nothing is hidden, for names and values that come from files and options: a line break
  /// is `\n`, an escape character `\u{1b}`.
  public var visible: String { makingVisible(keeping: []) }

  /// Text of several lines in which nothing but line breaks and tabs is hidden: what may be sent to a terminal.
  public var visibleLines: String { makingVisible(keeping: ["\n", "\t"]) }

  /// Without its middle where it is longer than a reader wants: both ends of a sentence say most.
  public func shortened(to most: Int) -> String {
    // A string has no more characters than bytes, which are counted at once.
    guard utf8.count > most, count > most else { return self }
    let end = most / 4
    return "\(prefix(most - end - 3)) … \(suffix(end))"
  }

  private func makingVisible(keeping kept: Set<Unicode.Scalar>) -> String {
    guard unicodeScalars.contains(where: { $0.isHidden && !kept.contains($0) }) else { return self }
    var result = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      if !scalar.isHidden || kept.contains(scalar) {
        result.append(scalar)
      } else {
        result.append(contentsOf: Self.escape(scalar).unicodeScalars)
      }
    }
    return String(result)
  }

  private static func escape(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\n": "\\n"
    case "\r": "\\r"
    case "\t": "\\t"
    default: "\\u{\(String(scalar.value, radix: 16))}"
    }
  }
}
