import Machines

/// A device that has to be looked at, at an instant.
struct Event: Comparable {
  var time: Int64
  var device: Int32

  /// Earlier first; of two at one instant the device with the smaller number, so that a simulation repeats bit for bit.
  @inline(__always) static func < (a: Event, b: Event) -> Bool {
    a.time < b.time || (a.time == b.time && a.device < b.device)
  }
}

/// The events to come, earliest first.
struct EventQueue {
  private var heap: BinaryHeap<Event>

  init(capacity: Int) { heap = BinaryHeap(capacity: capacity) }

  @inline(__always) var first: Event? { heap.first }

  /// True where nothing lies before `event`. An equal one is of the same device, which has asked twice: it does not stand in
  /// its own way.
  @inline(__always) func isFirst(_ event: Event) -> Bool {
    guard let first = heap.first else { return true }
    return !(first < event)
  }

  mutating func push(_ event: Event) { heap.push(event) }

  mutating func pop() -> Event? { heap.pop() }
}
