/// What the sequences of keys mean that terminals since the VT100 have in common, whatever their description says.
enum KeySequences {
  /// The key that a whole sequence stands for, nil where it is none or is held with Shift, Alt or Control.
  static func key(_ sequence: ArraySlice<UInt8>) -> Key? {
    guard sequence.count > 2, let final = sequence.last else { return nil }
    let parameters = String(decoding: sequence.dropFirst(2).dropLast(), as: UTF8.self)
    if sequence[sequence.startIndex + 1] == UInt8(ascii: "O") {
      return parameters.isEmpty ? keypad(final) ?? plain(final) : nil
    }
    if parameters == "[" {
      return (UInt8(ascii: "A")...UInt8(ascii: "E")).contains(final) ? .function(Int(final) - 64) : nil
    }
    let numbers = parameters.split(separator: ";", omittingEmptySubsequences: false)
    // The second number tells which other keys are held: 1 for none.
    guard numbers.count <= 2, numbers.count < 2 || numbers[1] == "1" else { return nil }
    if final == UInt8(ascii: "~") { return numbers.first.flatMap { Int($0) }.flatMap(numbered) }
    guard parameters.isEmpty || numbers[0] == "1" else { return nil }
    return final == UInt8(ascii: "R") ? nil : plain(final)
  }

  /// A key of the numeric keypad in application mode. As a key it means what is printed on it, as in numeric mode.
  static func keypad(_ final: UInt8) -> Key? {
    switch final {
    case UInt8(ascii: "p")...UInt8(ascii: "y"): .character(Character(Unicode.Scalar(final - 0x40)))
    // * + , - . /
    case UInt8(ascii: "j")...UInt8(ascii: "o"): .character(Character(Unicode.Scalar(final - 0x40)))
    case UInt8(ascii: "X"): .character("=")
    case UInt8(ascii: "M"): .enter
    case UInt8(ascii: "I"): .tab
    case UInt8(ascii: " "): .space
    default: nil
    }
  }

  /// `ESC [ A` and `ESC O A` are the same key, in the two modes of the cursor keys.
  private static func plain(_ final: UInt8) -> Key? {
    switch final {
    case UInt8(ascii: "A"): .up
    case UInt8(ascii: "B"): .down
    case UInt8(ascii: "C"): .right
    case UInt8(ascii: "D"): .left
    case UInt8(ascii: "H"): .home
    case UInt8(ascii: "F"): .end
    case UInt8(ascii: "Z"): .backTab
    case UInt8(ascii: "P")...UInt8(ascii: "S"): .function(Int(final) - 79)
    default: nil
    }
  }

  /// `ESC [ number ~`.
  private static func numbered(_ number: Int) -> Key? {
    switch number {
    case 1, 7: .home
    case 2: .insert
    case 3: .delete
    case 4, 8: .end
    case 5: .pageUp
    case 6: .pageDown
    case 11...15: .function(number - 10)
    case 17...21: .function(number - 11)
    case 23...26: .function(number - 12)
    case 28...29: .function(number - 13)
    case 31...34: .function(number - 14)
    default: nil
    }
  }
}

extension Key {
  /// The key for a control character; `control(x)` for those that no key of their own sends.
  init(control code: UInt8) {
    switch code {
    case 9: self = .tab
    case 10, 13: self = .enter
    case 27: self = .escape
    case 8, 127: self = .backspace
    case 0: self = .control("@")
    case 1...26: self = .control(Character(Unicode.Scalar(code + 96)))
    default: self = .control(Character(Unicode.Scalar(code + 64)))
    }
  }
}
