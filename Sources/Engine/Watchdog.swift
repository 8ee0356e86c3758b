import Programs
import Synchronization

/// Ends a run in which nothing moves any more, and says who waits for whom. Used by the coordinator alone.
final class Watchdog: Sendable {
  private struct Observation: Sendable {
    var executed = -1
    var since: Int64 = 0
    /// Looks since then: a process that was suspended has let time pass without being looked at.
    var looks = 0
  }

  private let limit: Int64
  private let last = Mutex(Observation())

  /// - Parameter seconds: How long all devices may wait without an instruction done.
  init(seconds: Double) { limit = Int64(seconds * 1e9) }

  /// How often the coordinator should look.
  var tickMilliseconds: Int { Int(min(200, max(1, limit / 10_000_000))) }

  /// Forgets what was seen before a pause.
  func begin() { last.withLock { $0 = Observation() } }

  /// A failure if nothing was executed for too long although every device waits for another and no message is on a
  /// link.
  func look(at control: RunControl, workers: [WorkerPlan]) -> EngineFailure? {
    let executed = control.ports.reduce(0) { $0 + $1.executed.load(ordering: .relaxed) }
    let now = control.clock.now()
    let isQuiet = last.withLock { last in
      if executed != last.executed || !isStuck(control) { last = Observation(executed: executed, since: now) }
      last.looks += 1
      return last.looks > 5 && now - last.since >= limit
    }
    return isQuiet ? Self.failure(control, workers, after: Double(limit) * 1e-9) : nil
  }

  /// True where all devices that have not finished their steps are parked and nobody has woken them. A computing
  /// device is not stuck, however long it takes, nor one that was woken and waits for a core; a message on an emulated
  /// link ends by itself.
  private func isStuck(_ control: RunControl) -> Bool {
    let running = control.ports.filter { $0.stoppedAfter.load(ordering: .relaxed) < 0 }
    return !running.isEmpty
      && running.allSatisfy {
        $0.blockedAt.load(ordering: .relaxed) >= 0 && !$0.awaitsArrival.load(ordering: .relaxed)
          && $0.parker.place != .awake
      }
  }

  /// `device 2 waits for … from device 1, which waits for …`, beginning at the first blocked device.
  private static func failure(_ control: RunControl, _ workers: [WorkerPlan], after seconds: Double) -> EngineFailure {
    let blocked = control.ports.map { $0.blockedAt.load(ordering: .relaxed) }
    guard let first = blocked.firstIndex(where: { $0 >= 0 }) else {
      return EngineFailure(message: "nothing moved for \(seconds) s")
    }
    var sentence = "nothing moved for \(seconds) s: device \(first) waits for "
    var device = first
    var seen: Set<Int> = [first]
    while let wish = wish(blocked[device], workers[device]) {
      sentence += wish.text
      device = wish.peer
      guard seen.insert(device).inserted else { break }
      guard blocked[device] >= 0 else {
        let steps = control.ports[device].stoppedAfter.load(ordering: .relaxed)
        sentence += steps >= 0 ? ", which has finished its \(steps) steps" : ", which computes"
        break
      }
      sentence += ", which waits for "
    }
    return EngineFailure(
      device: first, step: max(0, control.ports[first].started.load(ordering: .relaxed) - 1),
      instruction: blocked[first],
      message: sentence,
      excerpt: workers[first].program.excerpt(device: first, around: blocked[first]))
  }

  private static func wish(_ position: Int, _ worker: WorkerPlan) -> (text: String, peer: Int)? {
    guard worker.device.instructions.indices.contains(position) else { return nil }
    switch worker.device.instructions[position] {
    case .receive(let index):
      let message = worker.program.messages[index]
      return ("'\(worker.device.buffers[message.receiveBuffer].name)' from device \(message.from)", message.from)
    case .send(let index):
      let message = worker.program.messages[index]
      return ("room to send '\(worker.device.buffers[message.sendBuffer].name)' to device \(message.to)", message.to)
    default: return nil
    }
  }
}
