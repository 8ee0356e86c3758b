import Dispatch
import Synchronization

/// Where one thread sleeps until another wakes it.
///
/// The sleeper announces what it waits for, looks once more whether that came true, and parks. Whoever makes something
/// come true looks at the announcement afterwards: one of the two sees the other, because both orders are sequentially
/// consistent. Waking somebody who is awake costs one load.
final class Parker: Sendable {
  /// What a thread waits for; channels have numbers from 1.
  struct Place: Hashable, Sendable {
    var number: Int
    static let awake = Place(number: 0)
    /// Several things at once.
    static let several = Place(number: -1)
    /// Leave to begin the next step.
    static let bound = Place(number: -2)
    /// Nothing but time, or the end of the run.
    static let delay = Place(number: -3)
    static func arrival(channel: Int) -> Place { Place(number: 2 * channel + 1) }
    static func room(channel: Int) -> Place { Place(number: 2 * channel + 2) }
  }

  private let announced = Atomic<Int>(0)
  private let permit = DispatchSemaphore(value: 0)

  /// What the thread waits for at this moment, as seen by others.
  var place: Place { Place(number: announced.load(ordering: .sequentiallyConsistent)) }

  /// Says what this thread is about to wait for; to be followed by ``retract()`` or ``park(nanoseconds:)``.
  func announce(_ place: Place) { announced.store(place.number, ordering: .sequentiallyConsistent) }

  /// Takes the announcement back; consumes the permit of a waker that was faster.
  func retract() {
    if announced.exchange(0, ordering: .sequentiallyConsistent) == 0 { permit.wait() }
  }

  /// Sleeps until woken, or at most that long.
  func park(nanoseconds: Int64? = nil) {
    guard let nanoseconds else { return permit.wait() }
    if permit.wait(timeout: .now() + .nanoseconds(Int(max(0, nanoseconds)))) == .timedOut { retract() }
  }

  /// Wakes the thread if it waits for `place`.
  func wake(_ place: Place) {
    let seen = announced.load(ordering: .sequentiallyConsistent)
    if seen == 0 || (seen != place.number && seen != Place.several.number) { return }
    wake(seen: seen)
  }

  /// Wakes the thread, whatever it waits for.
  func wake() {
    let seen = announced.load(ordering: .sequentiallyConsistent)
    if seen != 0 { wake(seen: seen) }
  }

  private func wake(seen: Int) {
    let (isMine, _) = announced.compareExchange(expected: seen, desired: 0, ordering: .sequentiallyConsistent)
    if isMine { permit.signal() }
  }
}
