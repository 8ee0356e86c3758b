import Foundation
import Screens

/// What is asked of the terminal beside the screen: reports of the mouse, marks around pastes, keys.
struct TerminalModes {
  /// Sent when the screen is taken.
  let begin: [UInt8]
  /// Sent when it is given back.
  let end: [UInt8]

  /// By the description of the terminal that is open.
  init(mouse: Bool) {
    var begin: [UInt8] = []
    var end: [UInt8] = []
    func ask(_ on: String, _ off: String) {
      begin += on.utf8
      end = off.utf8 + end
    }
    // Terminals whose sequences have ECMA-48's form leave out those that they do not know.
    if Capability.bytes("cup")?.starts(with: "\u{1b}[".utf8) == true {
      ask("\u{1b}[?2004h", "\u{1b}[?2004l")
      if mouse, Capability.bytes("kmous") != nil {
        ask("\u{1b}[?1000h\u{1b}[?1006h", "\u{1b}[?1006l\u{1b}[?1003l\u{1b}[?1002l\u{1b}[?1000l")
      }
    }
    // Without application mode the numeric keypad sends what is printed on it, and the cursor keys are known in both modes.
    // Other terminals send nothing for their keys unless they are asked to.
    if let transmit = Capability.bytes("smkx"), !transmit.contains(sequence: Array("\u{1b}=".utf8)) {
      begin += transmit
    }
    end = (Capability.bytes("rmkx") ?? []) + end
    self.begin = begin
    self.end = end
  }
}

extension [UInt8] {
  /// Whether other bytes stand in these.
  fileprivate func contains(sequence: [UInt8]) -> Bool {
    indices.contains { self[$0...].starts(with: sequence) }
  }
}
