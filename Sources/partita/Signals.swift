import Dispatch
import Files
import Foundation
import Synchronization

/// What Ctrl-C and `kill` do: the first one asks what is running to stop at a good place, the next one to stop at once.
/// Where nothing is running they end the program.
enum Signals {
  private struct State {
    var received: Status?
    var stop: (@Sendable () -> Void)?
  }

  private static let state = Mutex(State())
  /// Takes the signals over, for the rest of the program. Writing to a pipe that nobody reads becomes an error that can be
  /// handled.
  static func begin() {
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
    for (number, status) in [(SIGINT, Status.interrupted), (SIGTERM, .terminated)] {
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global(qos: .userInteractive))
      // The handler keeps its source, which lives as long as the program.
      source.setEventHandler { withExtendedLifetime(source) { receive(status) } }
      source.resume()
    }
  }

  /// Calls `stop` at every signal until ``finish()``; also at once, if there was one already.
  static func forward(to stop: @escaping @Sendable () -> Void) {
    let isLate = state.withLock { state in
      state.stop = stop
      return state.received != nil
    }
    if isLate { stop() }
  }

  /// What to exit with if a signal ended the work, nil if none came.
  static func finish() -> Status? {
    state.withLock { state in
      state.stop = nil
      return state.received
    }
  }

  private static func receive(_ status: Status) {
    let stop = state.withLock { state in
      state.received = state.received ?? status
      return state.stop
    }
    if let stop { return stop() }
    OutputFile.removeUnfinished()
    status.exit()
  }
}
