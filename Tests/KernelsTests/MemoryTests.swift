import Foundation
import Kernels
import Synchronization
import Testing

@Suite struct MemoryTests {
  private func slot(_ words: Int, _ kind: MemoryKind = .activations, persistent: Bool = false) -> SlotDescription {
    SlotDescription(words: words, kind: kind, persistent: persistent)
  }

  @Test func persistentSlotsBeginWithZeros() {
    let memory = DeviceMemory(device: 0, slots: [slot(3, .parameters, persistent: true), slot(2)])
    #expect(memory.isDefined(0) && !memory.isDefined(1))
    #expect(memory.read(0) == [0, 0, 0])
    #expect(memory.usedBytes[.parameters] == 12 && memory.usedBytes.total == 12)
  }

  @Test func aViewIsPartOfItsParent() {
    let view = SlotDescription(words: 2, kind: .activations, parent: 0, offset: 1)
    let inner = SlotDescription(words: 1, kind: .activations, parent: 1, offset: 1)
    let memory = DeviceMemory(device: 0, slots: [slot(4), view, inner])
    #expect(!memory.isDefined(1))
    memory.define(0)
    #expect(memory.isDefined(1) && memory.isDefined(2))
    memory.write([1, 2, 3, 4], to: 0)
    #expect(memory.read(1) == [2, 3])
    memory.write([9], to: 2)
    #expect(memory.read(0) == [1, 2, 9, 4])
    #expect(memory.usedBytes.total == 16)
  }

  @Test func thePeakIsOfTheSum() {
    let memory = DeviceMemory(device: 0, slots: [slot(10, .gradients), slot(30), slot(25, .buffers)])
    memory.define(0)
    memory.define(1)
    memory.free(0)
    memory.define(2)
    memory.free(1)
    #expect(memory.peakBytes.total == 4 * 55)
    #expect(memory.peakBytes[.gradients] == 40 && memory.peakBytes[.activations] == 120)
    #expect(memory.usedBytes.total == 100 && memory.usedBytes[.activations] == 0)
    memory.resetPeaks()
    #expect(memory.peakBytes.total == 100 && memory.peakBytes[.gradients] == 0)
    memory.reserveWorkspace(words: 5)
    memory.reserveWorkspace(words: 8)
    #expect(memory.peakBytes[.workspace] == 4 * 8 && memory.peakBytes[.buffers] == 4 * 25)
  }

  @Test func sendingMovesTheBlock() {
    let sender = DeviceMemory(device: 0, slots: [slot(3), slot(3)])
    let receiver = DeviceMemory(device: 1, slots: [slot(3)])
    sender.define(0)
    sender.write([1, 2, 3], to: 0)
    let block = sender.take(0)
    #expect(block.words == 3 && block.values == [1, 2, 3])
    #expect(!sender.isDefined(0) && sender.usedBytes.total == 0)
    receiver.put(block, into: 0)
    #expect(receiver.read(0) == [1, 2, 3] && receiver.usedBytes.total == 12)
    receiver.free(0)
    // The block is home again, and the next one to be used there.
    sender.define(1)
    #expect(sender.read(1) == [1, 2, 3])
  }

  @Test func memoriesEndInAnyOrder() {
    for order in 0..<3 {
      var home: DeviceMemory? = DeviceMemory(device: 0, slots: [slot(5), slot(7)])
      var guest: DeviceMemory? = DeviceMemory(device: 1, slots: [slot(5)])
      home!.define(0)
      home!.define(1)
      home!.write([1, 2, 3, 4, 5], to: 0)
      guest!.put(home!.take(0), into: 0)
      let flying = home!.take(1)
      if order == 0 { home = nil }
      if order == 1 { guest = nil }
      if let guest { #expect(guest.read(0) == [1, 2, 3, 4, 5]) }
      if order == 2 { guest!.free(0) }
      #expect(flying.words == 7)
      _ = consume flying
      home = nil
      guest = nil
    }
    let homeless = Block([1, 2])
    #expect(homeless.values == [1, 2])
  }

  /// A mailbox for one block, and a count of what went wrong on either side.
  private final class Mailbox: Sendable {
    private let full = Atomic(false)
    private let block = Mutex<Block?>(nil)
    private let failures = Atomic(0)

    var failureCount: Int { failures.load(ordering: .relaxed) }

    func send(_ value: consuming Block) {
      while full.load(ordering: .acquiring) { sched_yield() }
      var value = Optional(value)
      block.withLock { $0 = value.take() }
      full.store(true, ordering: .releasing)
    }

    func receive(expecting value: Float, into slot: Int, of memory: DeviceMemory) {
      while !full.load(ordering: .acquiring) { sched_yield() }
      memory.put(block.withLock { $0.take()! }, into: slot)
      full.store(false, ordering: .releasing)
      if memory.read(slot).contains(where: { $0 != value }) { failures.wrappingAdd(1, ordering: .relaxed) }
    }
  }

  @Test func blocksTravelBetweenThreads() async {
    let (forth, back) = (Mailbox(), Mailbox())
    let sizes = [3, 17, 64]
    await withTaskGroup(of: Void.self) { group in
      for device in 0..<2 {
        let memory = DeviceMemory(device: device, slots: (sizes + sizes).map { slot($0) })
        let (outgoing, incoming) = device == 0 ? (forth, back) : (back, forth)
        group.addTask {
          await withCheckedContinuation { continuation in
            Thread {
              Self.exchange(rounds: 20_000, sizes, memory, outgoing, incoming)
              continuation.resume()
            }.start()
          }
        }
      }
    }
    #expect(forth.failureCount == 0 && back.failureCount == 0)
  }

  private static func exchange(
    rounds: Int, _ sizes: [Int], _ memory: DeviceMemory, _ outgoing: Mailbox, _ incoming: Mailbox
  ) {
    for round in 0..<rounds {
      let size = round % sizes.count
      memory.define(size)
      memory.write([Float](repeating: Float(round), count: sizes[size]), to: size)
      outgoing.send(memory.take(size))
      incoming.receive(expecting: Float(round), into: sizes.count + size, of: memory)
      // Some go home from the slot, some as a dropped value.
      if round % 2 == 0 { memory.free(sizes.count + size) } else { _ = memory.take(sizes.count + size) }
    }
    #expect(memory.usedBytes.total == 0)
  }
}
