import Kernels
import Testing

@testable import Engine

@Suite struct DeviceChannelTests {
  private static func instants(_ number: Int) -> MessageInstants {
    MessageInstants(senderReady: Int64(number), transferStart: Int64(number), readableAt: Int64(number))
  }

  @Test func keepsOrderAndRoom() {
    let channel = DeviceChannel(number: 0, capacity: 2, sender: Parker(), receiver: Parker())
    #expect(channel.next == nil)
    for number in 0..<2 {
      #expect(channel.hasRoom)
      channel.send(Block([Float(number)]), instants: Self.instants(number))
    }
    #expect(!channel.hasRoom)
    #expect(channel.underWay == 2)
    for number in 0..<2 {
      #expect(channel.next == Self.instants(number))
      #expect(channel.receive().values == [Float(number)])
    }
    #expect(channel.next == nil && channel.hasRoom)
  }

  @Test("a sender and a receiver that park at every message", arguments: [1, 3])
  func parkedThreadsAreWoken(_ capacity: Int) {
    let (sender, receiver) = (Parker(), Parker())
    let channel = DeviceChannel(number: 4, capacity: capacity, sender: sender, receiver: receiver)
    let count = 5000
    let thread = NamedThread(name: "sender") {
      for number in 0..<count {
        while !channel.hasRoom {
          sender.announce(.room(channel: 4))
          if channel.hasRoom { sender.retract() } else { sender.park() }
        }
        channel.send(Block([Float(number)]), instants: Self.instants(number))
      }
    }
    var received: [Float] = []
    for _ in 0..<count {
      while channel.next == nil {
        receiver.announce(.arrival(channel: 4))
        if channel.next != nil { receiver.retract() } else { receiver.park() }
      }
      received += channel.receive().values
    }
    thread.join()
    #expect(received == (0..<count).map(Float.init))
  }

  @Test func closingKeepsTheFirstReasonAndWakes() {
    let receiver = Parker()
    let channel = DeviceChannel(number: 0, capacity: 1, sender: Parker(), receiver: receiver)
    let thread = NamedThread(name: "receiver") {
      while channel.closed == nil {
        receiver.announce(.arrival(channel: 0))
        if channel.closed == nil { receiver.park() } else { receiver.retract() }
      }
    }
    channel.close(.failed(device: 3))
    channel.close(.ended)
    thread.join()
    #expect(channel.closed == .failed(device: 3))
  }

  @Test func timedParkingEndsByItself() {
    let parker = Parker()
    for _ in 0..<3 {
      parker.announce(.arrival(channel: 0))
      parker.park(nanoseconds: 1000)
      #expect(parker.place == .awake)
    }
    // A wake-up that came too late for the last sleep must not cut the next one short by surprise: nothing is left
    // over.
    parker.wake()
    parker.announce(.bound)
    parker.retract()
    #expect(parker.place == .awake)
  }
}
