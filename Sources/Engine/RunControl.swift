import Dispatch
import Kernels
import Synchronization

/// What others know and want of one device's thread.
final class DevicePort: Sendable {
  /// Where the thread sleeps, and what it says it waits for.
  let parker = Parker()
  /// Instructions executed since the beginning; the watchdog looks whether it grows.
  let executed = Atomic<Int>(0)
  /// Steps begun.
  let started = Atomic<Int>(0)
  /// Steps done, written when the thread stops before the next one; -1 while it runs.
  let stoppedAfter = Atomic<Int>(-1)
  /// Where the thread is while it waits: position of the instruction that it is blocked at.
  let blockedAt = Atomic<Int>(-1)
  /// True while it waits for a message that is on an emulated link.
  let awaitsArrival = Atomic<Bool>(false)
  let outbox: Outbox

  init(traceCapacity: Int) { outbox = Outbox(capacity: traceCapacity) }
}

/// What coordinator and workers share: how far steps may run, whether all is over, and the first failure.
final class RunControl: Sendable {
  let clock = RunClock()
  let ports: [DevicePort]
  let channels: [DeviceChannel]
  /// The coordinator's bell: somebody stopped, failed or commanded.
  let bell = DispatchSemaphore(value: 0)
  /// Steps below this one may begin.
  let bound = Atomic<Int>(0)
  private let closing = Atomic<Int>(0)
  private let failure = Mutex<EngineFailure?>(nil)

  init(ports: [DevicePort], channels: [DeviceChannel]) {
    self.ports = ports
    self.channels = channels
  }

  /// Not nil once the run is over: nothing new begins.
  var closed: Closing? { Closing(code: closing.load(ordering: .relaxed)) }

  /// The first failure.
  var firstFailure: EngineFailure? { failure.withLock { $0 } }

  /// Records a failure, unless there was one before, and ends the run.
  func fail(_ problem: EngineFailure) {
    let isFirst = failure.withLock { failure in
      if failure != nil || closed != nil { return false }
      failure = problem
      return true
    }
    if isFirst { close(.failed(device: problem.device ?? 0)) }
  }

  /// Ends the run: closes all channels with the reason and wakes everyone.
  func close(_ reason: Closing) {
    _ = closing.compareExchange(expected: 0, desired: reason.code, ordering: .sequentiallyConsistent)
    for channel in channels { channel.close(reason) }
    for port in ports { port.parker.wake() }
    bell.signal()
  }

  /// Lets all steps below `bound` begin.
  func release(upTo bound: Int) {
    self.bound.store(bound, ordering: .sequentiallyConsistent)
    for port in ports { port.parker.wake(.bound) }
  }

  /// Lets no new step begin and says how many have begun on the device that is furthest: as many are to be finished by
  /// all.
  ///
  /// A worker publishes the step it begins and then reads the bound; this writes the bound and then reads what was
  /// published. So either the worker sees that it has to wait, or its step is counted here.
  func hold() -> Int {
    bound.store(0, ordering: .sequentiallyConsistent)
    return ports.map { $0.started.load(ordering: .sequentiallyConsistent) }.max() ?? 0
  }

  /// True when every device has done exactly `steps` steps and waits.
  func allStopped(after steps: Int) -> Bool {
    ports.allSatisfy { $0.stoppedAfter.load(ordering: .sequentiallyConsistent) == steps }
  }
}
