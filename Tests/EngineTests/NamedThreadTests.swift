import Foundation
import Synchronization
import Testing

@testable import Engine

@Suite struct NamedThreadTests {
  #if os(Linux)
    @Test func threadsBearTheirNames() {
      let name = Box()
      let thread = NamedThread(name: "device 7") {
        name.set((try? String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8)) ?? "")
      }
      thread.join()
      #expect(name.value == "device 7\n")
    }

    private final class Box: Sendable {
      private let content = Mutex("")
      var value: String { content.withLock { $0 } }
      func set(_ value: String) { content.withLock { $0 = value } }
    }
  #endif
}
