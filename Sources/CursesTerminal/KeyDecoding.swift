import CNcurses
import Screens

/// What curses reads, as events.
enum KeyDecoding {
  /// The key for a character as the terminal sends it.
  static func key(character code: UInt32) -> Key? {
    switch code {
    case 9: .tab
    case 10, 13: .enter
    case 27: .escape
    case 32: .space
    case 8, 127: .backspace
    case 0: .control("@")
    case 1...26: .control(Character(Unicode.Scalar(UInt8(code + 96))))
    case 28...31: .control(Character(Unicode.Scalar(UInt8(code + 64))))
    case 128..<160: nil
    default: Unicode.Scalar(code).map { .character(Character($0)) }
    }
  }

  /// The key for one of curses' key codes; nil for those without a meaning here.
  static func key(code: Int32) -> Key? {
    switch code {
    case KEY_UP: .up
    case KEY_DOWN: .down
    case KEY_LEFT: .left
    case KEY_RIGHT: .right
    case KEY_HOME: .home
    case KEY_END: .end
    case KEY_PPAGE: .pageUp
    case KEY_NPAGE: .pageDown
    case KEY_BACKSPACE: .backspace
    case KEY_DC: .delete
    case KEY_IC: .insert
    case KEY_BTAB: .backTab
    case KEY_ENTER: .enter
    case KEY_F0 + 1...KEY_F0 + 63: .function(Int(code - KEY_F0))
    default: nil
    }
  }

  /// The next mouse event.
  static func mouse() -> Mouse? {
    var column: Int32 = 0
    var row: Int32 = 0
    let button = cn_read_mouse(&column, &row)
    let actions: [Int32: Mouse.Action] = [1: .left, 2: .middle, 3: .right, 4: .wheelUp, 5: .wheelDown]
    return actions[button].map { Mouse($0, at: Point(x: Int(column), y: Int(row))) }
  }
}
