import Diagnostics
import Networks
import Programs
import Synchronization
import Testing

@testable import Strategies

/// Compiling asks often whether it is still wanted, and stops wherever the answer changes.
@Suite struct CancellationTests {
  /// Says yes from the asking with that number on.
  private final class Countdown: Sendable {
    let asked = Atomic(0)
    let limit: Int
    init(_ limit: Int) { self.limit = limit }
    var cancellation: Cancellation {
      Cancellation { self.asked.add(1, ordering: .relaxed).newValue > self.limit }
    }
  }

  private func compile(_ countdown: Countdown) throws {
    _ = try Compiler(
      graph: SampleNetworks.perceptron, training: TrainingSettings(batch: 32, length: .steps(1)), devices: 16,
      cancellation: countdown.cancellation
    ).compile(.data(exchange: .ring))
  }

  @Test func stopsAtEveryAsking() throws {
    let whole = Countdown(.max)
    try compile(whole)
    let count = whole.asked.load(ordering: .relaxed)
    // At least once for each device in each of lowering, ordering and the passes behind.
    #expect(count > 3 * 16)
    for limit in 0..<count {
      let countdown = Countdown(limit)
      #expect(throws: DiagnosticList.cancelled) { try compile(countdown) }
    }
  }

  @Test func isToldFromProblems() {
    #expect(DiagnosticList.cancelled.isCancellation)
    #expect(!DiagnosticList("a batch has at least one sample").isCancellation)
  }
}
