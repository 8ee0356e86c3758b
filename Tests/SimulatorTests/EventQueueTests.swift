import Testing

@testable import Simulator

@Suite struct EventQueueTests {
  @Test func eventsComeInTheOrderOfTimeAndThenOfDevices() {
    var queue = EventQueue(capacity: 4)
    for (time, device) in [(7, 1), (3, 2), (7, 0), (3, 1), (5, 0)] as [(Int64, Int32)] {
      queue.push(Event(time: time, device: device))
    }
    var order: [[Int]] = []
    while let event = queue.pop() { order.append([Int(event.time), Int(event.device)]) }
    #expect(order == [[3, 1], [3, 2], [5, 0], [7, 0], [7, 1]])
  }

  /// A device that waits for two messages, the later one known first, and has taken the earlier one asks for the later one
  /// again. If its own older event made it stand back, it would ask for ever.
  @Test func aDeviceDoesNotStandInItsOwnWay() {
    var queue = EventQueue(capacity: 4)
    queue.push(Event(time: 9, device: 1))
    #expect(queue.isFirst(Event(time: 9, device: 1)))
    #expect(queue.isFirst(Event(time: 9, device: 0)))
    #expect(!queue.isFirst(Event(time: 9, device: 2)))
    #expect(!queue.isFirst(Event(time: 10, device: 1)))
  }
}
