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

    @Test func boundThreadsHaveOneProcessor() {
      func processors(boundTo number: Int?) -> String {
        let list = Box()
        let thread = NamedThread(name: "bound") {
          if let number { NamedThread.bind(toProcessor: number) }
          let status = (try? String(contentsOfFile: "/proc/thread-self/status", encoding: .utf8)) ?? ""
          list.set(String(status.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed_list") } ?? ""))
        }
        thread.join()
        return String(list.value.split(separator: "\t").last ?? "")
      }
      #expect(Int(processors(boundTo: 0)) != nil)
      // There are not so many: the thread may go on wherever the process may.
      #expect(processors(boundTo: 1_000_000) == processors(boundTo: nil))
    }

    private final class Box: Sendable {
      private let content = Mutex("")
      var value: String { content.withLock { $0 } }
      func set(_ value: String) { content.withLock { $0 = value } }
    }
  #endif
}
