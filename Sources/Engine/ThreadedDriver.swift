import Dispatch
import Foundation
import Programs

/// The wall clock's driver: a thread per device, a watchdog over them, and the machine's time.
final class ThreadedDriver: RunDriver {
  private let control: RunControl
  private let workers: [WorkerPlan]
  private let watchdog: Watchdog
  private let threads: [NamedThread]

  /// Starts the threads, which wait before their first step.
  init(_ parts: RunParts) {
    control = parts.control
    workers = parts.workers
    watchdog = Watchdog(seconds: parts.watchdogSeconds)
    // A scheduler may leave two threads that look for each other's messages on one processor while the other is idle. With
    // fewer devices than processors there is room to get out of other programs' way.
    let isBound = parts.workers.count == ProcessInfo.processInfo.activeProcessorCount
    threads = parts.workers.map { plan in
      NamedThread(name: "device \(plan.device.device)") { [control = parts.control, model = parts.model] in
        if isBound { NamedThread.bind(toProcessor: plan.device.device) }
        if plan.links.isEmulated || plan.pace != nil { NamedThread.setPreciseTimers() }
        var worker = DeviceWorker(plan, memory: model.memories[plan.device.device], control: control)
        worker.run()
      }
    }
  }

  func now() -> Int64 { control.clock.now() }

  func run(from position: Int, to target: Int, interrupts: () -> Bool) -> Int? {
    var bound = target
    watchdog.begin()
    control.release(upTo: bound)
    while !control.allStopped(after: bound) {
      if control.closed != nil { return nil }
      _ = control.bell.wait(timeout: .now() + .milliseconds(watchdog.tickMilliseconds))
      if bound == target, interrupts() {
        bound = min(target, max(control.hold(), position))
        control.release(upTo: bound)
      }
      if let failure = watchdog.look(at: control, workers: workers) { control.fail(failure) }
    }
    return bound
  }

  func finish() {
    control.close(.ended)
    for thread in threads { thread.join() }
  }
}
