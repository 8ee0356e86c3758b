/// What terminals say of the mouse.
enum MouseReports {
  /// `ESC [ < button ; column ; row M`: the whole sequence. Nil for releases, movements and anything else.
  static func mouse(_ sequence: ArraySlice<UInt8>) -> Mouse? {
    guard sequence.last == UInt8(ascii: "M"), sequence.dropFirst(2).first == UInt8(ascii: "<") else { return nil }
    let numbers = String(decoding: sequence.dropFirst(3).dropLast(), as: UTF8.self).split(separator: ";").map {
      Int($0)
    }
    guard numbers.count == 3, let button = numbers[0], let column = numbers[1], let row = numbers[2] else { return nil }
    return mouse(button: button, column: column, row: row)
  }

  /// The old form: three bytes, each 32 above its number.
  static func mouse(old bytes: ArraySlice<UInt8>) -> Mouse? {
    let numbers = bytes.suffix(3).map { Int($0) - 32 }
    return mouse(button: numbers[0], column: numbers[1], row: numbers[2])
  }

  /// Column and row count from 1. Keys that are held (4, 8, 16) do not count; 32 is a movement, 64 the wheel.
  private static func mouse(button: Int, column: Int, row: Int) -> Mouse? {
    let actions: [Int: Mouse.Action] = [0: .left, 1: .middle, 2: .right, 64: .wheelUp, 65: .wheelDown]
    guard column >= 1, row >= 1, let action = actions[button & ~(4 | 8 | 16)] else { return nil }
    return Mouse(action, at: Point(x: column - 1, y: row - 1))
  }
}
