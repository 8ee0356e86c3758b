/// Elements of which the smallest comes out first: a binary heap in one array that keeps its room.
public struct BinaryHeap<Element: Comparable> {
  @usableFromInline var elements = ContiguousArray<Element>()

  @inlinable public init(capacity: Int = 0) { elements.reserveCapacity(capacity) }

  @inlinable public var isEmpty: Bool { elements.isEmpty }
  @inlinable public var first: Element? { elements.first }

  @inlinable public mutating func push(_ element: Element) {
    elements.append(element)
    var place = elements.count - 1
    while place > 0 {
      let parent = (place - 1) / 2
      guard element < elements[parent] else { break }
      elements[place] = elements[parent]
      place = parent
    }
    elements[place] = element
  }

  @inlinable public mutating func pop() -> Element? {
    guard let first = elements.first else { return nil }
    let last = elements.removeLast()
    if !elements.isEmpty { sink(last) }
    return first
  }

  /// Puts `element` where the first one was and lets it sink to its place.
  @inlinable mutating func sink(_ element: Element) {
    let count = elements.count
    var place = 0
    while true {
      var child = 2 * place + 1
      guard child < count else { break }
      if child + 1 < count, elements[child + 1] < elements[child] { child += 1 }
      guard elements[child] < element else { break }
      elements[place] = elements[child]
      place = child
    }
    elements[place] = element
  }
}

extension BinaryHeap: Sendable where Element: Sendable {}
