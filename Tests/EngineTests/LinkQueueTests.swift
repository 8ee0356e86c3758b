import Kernels
import Machines
import Testing

@testable import Engine

@Suite struct LinkQueueTests {
  @Test func messagesOfOneDirectionQueue() {
    // 1000 bytes take 1 µs at 1 GB/s.
    var queue = LinkQueue(.emulated(latencyNanoseconds: 20_000, bytesPerSecond: 1e9))
    #expect(
      queue.carry(bytes: 1000, ready: 90, now: 100)
        == MessageInstants(senderReady: 90, transferStart: 100, readableAt: 21_100))
    // The link is busy until 1100; latency does not occupy it.
    #expect(
      queue.carry(bytes: 4000, ready: 200, now: 200)
        == MessageInstants(senderReady: 200, transferStart: 1100, readableAt: 25_100))
    #expect(queue.freeAt == 5100)
    #expect(
      queue.carry(bytes: 0, ready: 9000, now: 9000)
        == MessageInstants(senderReady: 9000, transferStart: 9000, readableAt: 29_000))
  }

  @Test func sharedMemoryAddsNothing() {
    var queue = LinkQueue(.shared)
    #expect(
      queue.carry(bytes: 1 << 30, ready: 5, now: 7) == MessageInstants(senderReady: 5, transferStart: 7, readableAt: 7))
  }

  @Test func latencyAloneDoesNotQueue() {
    var queue = LinkQueue(.emulated(latencyNanoseconds: 50, bytesPerSecond: .infinity))
    #expect(queue.carry(bytes: 1 << 20, ready: 0, now: 0).readableAt == 50)
    #expect(queue.carry(bytes: 1 << 20, ready: 1, now: 1).readableAt == 51)
  }
}
