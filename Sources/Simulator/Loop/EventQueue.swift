/// A device that has to be looked at, at an instant.
struct Event {
  var time: Int64
  var device: Int32

  /// Earlier first; of two at one instant the device with the smaller number, so that a simulation repeats bit for bit.
  @inline(__always) static func < (a: Event, b: Event) -> Bool {
    a.time < b.time || (a.time == b.time && a.device < b.device)
  }
}

/// The events to come, earliest first: a binary heap in one array that keeps its room.
struct EventQueue {
  private var heap = ContiguousArray<Event>()

  init(capacity: Int) { heap.reserveCapacity(capacity) }

  @inline(__always) var first: Event? { heap.first }

  /// True where nothing lies before `event`. An equal one is of the same device, which has asked twice: it does not stand in
  /// its own way.
  @inline(__always) func isFirst(_ event: Event) -> Bool {
    guard let first = heap.first else { return true }
    return !(first < event)
  }

  mutating func push(_ event: Event) {
    heap.append(event)
    var place = heap.count - 1
    while place > 0 {
      let parent = (place - 1) / 2
      guard event < heap[parent] else { break }
      heap[place] = heap[parent]
      place = parent
    }
    heap[place] = event
  }

  mutating func pop() -> Event? {
    guard let first = heap.first else { return nil }
    let last = heap.removeLast()
    if !heap.isEmpty { sink(last) }
    return first
  }

  /// Puts `event` where the first one was and lets it sink to its place.
  private mutating func sink(_ event: Event) {
    let count = heap.count
    var place = 0
    while true {
      var child = 2 * place + 1
      guard child < count else { break }
      if child + 1 < count, heap[child + 1] < heap[child] { child += 1 }
      guard heap[child] < event else { break }
      heap[place] = heap[child]
      place = child
    }
    heap[place] = event
  }
}
