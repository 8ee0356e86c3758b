import Kernels
import Synchronization
import Traces

/// What a device did in one step.
struct DeviceStep: Hashable, Sendable {
  var step: Int
  var result: LossResult
  var end: Int64
}

/// Where a worker leaves what it recorded for others to fetch. A worker fills its own arrays and hands them over now
/// and then, between steps or before it sleeps; if somebody is fetching at that moment it tries again later.
final class Outbox: Sendable {
  struct Content {
    var records: [TraceRecord] = []
    var dropped = 0
    var steps: [DeviceStep] = []
  }

  /// Records kept until they are fetched; more are counted and dropped.
  let capacity: Int
  private let content: Mutex<Content>

  init(capacity: Int) {
    self.capacity = capacity
    var first = Content()
    first.records.reserveCapacity(min(capacity, 4 * Recorder.recordCapacity))
    first.steps.reserveCapacity(Recorder.stepCapacity)
    content = Mutex(first)
  }

  /// Hands over what `recorder` holds, if nobody is fetching right now; with `waits` in any case.
  func take(from recorder: inout Recorder, waits: Bool) {
    if waits { return content.withLock { move(from: &recorder, to: &$0) } }
    _ = content.withLockIfAvailable { move(from: &recorder, to: &$0) }
  }

  /// Fetches everything and leaves new room.
  func fetch() -> Content {
    content.withLock { content in
      let fetched = content
      var next = Content()
      // Room of the size that is used, so that an idle run costs nothing and a busy one does not grow it piecemeal.
      next.records.reserveCapacity(min(capacity, 2 * fetched.records.count + 64))
      next.steps.reserveCapacity(2 * fetched.steps.count + Recorder.stepCapacity)
      content = next
      return fetched
    }
  }

  private func move(from recorder: inout Recorder, to content: inout Content) {
    let room = min(capacity - content.records.count, recorder.records.count)
    content.records.append(contentsOf: recorder.records.prefix(room))
    content.dropped += recorder.records.count - room + recorder.dropped
    content.steps.append(contentsOf: recorder.steps)
    recorder.clear()
  }
}

/// A worker's own part of its trace: fixed room, filled without locks.
struct Recorder: ~Copyable {
  static let recordCapacity = 4096
  static let stepCapacity = 256
  /// Records are handed over at least this often while steps end, in nanoseconds.
  static let handOverInterval: Int64 = 4_000_000

  private(set) var records: [TraceRecord] = []
  private(set) var dropped = 0
  private(set) var steps: [DeviceStep] = []
  private var handedOverAt: Int64 = 0
  let isTracing: Bool

  init(isTracing: Bool) {
    self.isTracing = isTracing
    if isTracing { records.reserveCapacity(Self.recordCapacity) }
    steps.reserveCapacity(Self.stepCapacity)
  }

  mutating func append(_ record: TraceRecord) {
    if records.count < Self.recordCapacity { records.append(record) } else { dropped += 1 }
  }

  mutating func append(_ step: DeviceStep) { steps.append(step) }

  /// True where not one more record or step has room.
  var isFull: Bool { records.count >= Self.recordCapacity || steps.count >= Self.stepCapacity }

  /// True where it is time to hand over.
  mutating func isDue(at now: Int64) -> Bool {
    let isFull = 2 * records.count > Self.recordCapacity || 2 * steps.count > Self.stepCapacity
    guard isFull || now - handedOverAt > Self.handOverInterval else { return false }
    handedOverAt = now
    return true
  }

  mutating func clear() {
    records.removeAll(keepingCapacity: true)
    dropped = 0
    steps.removeAll(keepingCapacity: true)
  }
}
