import Datasets
import Dispatch
import Foundation
import Synchronization
import Traces
import Workbench

/// Times serial steps for the workbench, on a thread of its own, one question at a time.
final class WorkbenchReferences: Sendable {
  private struct Desk {
    var interruption: Interruption?
    var answer: TimedReference?
  }

  private let desk = Mutex(Desk())
  /// Signalled when a timing is over.
  private let over = DispatchSemaphore(value: 0)

  func time(_ plan: ScenePlan, clock: Clock, dataset: Dataset) {
    let interruption = Interruption()
    let isFree = desk.withLock { desk in
      guard desk.interruption == nil else { return false }
      desk = Desk(interruption: interruption)
      return true
    }
    guard isFree else { return }
    Thread { [self] in
      var answer = TimedReference(
        key: ReferenceKey(plan.program, clock: clock, cores: ProcessInfo.processInfo.activeProcessorCount),
        reference: nil)
      do {
        answer.reference = try SerialTiming.measure(
          for: plan.program, of: plan.scene, dataset: dataset, clock: clock, interruption: interruption)
      } catch {
        answer.problem = "\(error)"
      }
      desk.withLock { $0 = Desk(answer: answer) }
      over.signal()
    }.start()
  }

  /// The answer, once.
  func take() -> TimedReference? {
    desk.withLock { desk in
      defer { desk.answer = nil }
      return desk.answer
    }
  }

  /// Ends a timing that may go on, and returns when it is over.
  func finish() {
    while let interruption = desk.withLock({ $0.interruption }) {
      interruption.ask()
      over.wait()
    }
  }
}
