import Foundation

/// How the program ends; the numbers are part of its contract.
enum Status: Int32 {
  case fine = 0
  case runFailed = 1
  case wrongInput = 2
  case gateNotMet = 3
  case cannotRunHere = 4
  case interrupted = 130
  case terminated = 143

  func exit() -> Never { Foundation.exit(rawValue) }
}

/// Ends a command with a status and, if there is something to say, one block on stderr.
struct Failure: Error {
  var status: Status
  var message: String?

  init(_ status: Status, _ message: String? = nil) {
    self.status = status
    self.message = message
  }
}
