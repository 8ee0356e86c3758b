import Diagnostics
import Kernels
import Machines
import Programs
import Testing
import Traces

@testable import Engine

@Suite struct EmulatedLinksTests {
  private func links(_ topology: Topology, latency: Int64 = 20_000, rate: Double = 1e9, devices: Int = 4)
    -> EmulatedLinks
  {
    let machine = Machine(
      devices: devices, link: .emulated(latencyNanoseconds: latency, bytesPerSecond: rate), topology: topology)
    return EmulatedLinks(
      machine,
      channels: [
        Channel(from: 0, to: 1, capacity: 1), Channel(from: 1, to: 0, capacity: 1),
        Channel(from: 2, to: 3, capacity: 1),
        Channel(from: 0, to: 1, capacity: 1),
      ])
  }

  @Test func messagesOfOneDirectionQueue() {
    // 1000 bytes take 1 µs at 1 GB/s.
    let links = links(.crossbar)
    #expect(
      links.carry(bytes: 1000, channel: 0, ready: 90, now: 100)
        == MessageInstants(senderReady: 90, transferStart: 100, readableAt: 21_100))
    // The link is busy until 1100, for other channels of the direction too; latency does not occupy it.
    #expect(
      links.carry(bytes: 4000, channel: 3, ready: 200, now: 200)
        == MessageInstants(senderReady: 200, transferStart: 1100, readableAt: 25_100))
    // The other direction and other devices are free.
    #expect(links.carry(bytes: 1000, channel: 1, ready: 200, now: 200).transferStart == 200)
    #expect(links.carry(bytes: 1000, channel: 2, ready: 200, now: 200).transferStart == 200)
    #expect(links.carry(bytes: 0, channel: 0, ready: 9000, now: 9000).readableAt == 29_000)
  }

  /// Messages that take longer than any run queue behind one another without an end of what can be counted.
  @Test func manyEndlessMessagesQueue() {
    for topology in [Topology.crossbar, .bus, .switched] {
      let links = links(topology, latency: 1_000_000_000_000, rate: 1e-9)
      var last: Int64 = 0
      for _ in 0..<3000 {
        let instants = links.carry(bytes: 1 << 40, channel: 0, ready: 0, now: 0)
        #expect(instants.readableAt >= last && instants.readableAt < .max)
        last = instants.readableAt
      }
    }
  }

  @Test func aBusIsOneQueueForAll() {
    let links = links(.bus)
    #expect(links.carry(bytes: 1000, channel: 0, ready: 0, now: 0).transferStart == 0)
    #expect(links.carry(bytes: 1000, channel: 1, ready: 0, now: 0).transferStart == 1000)
    #expect(links.carry(bytes: 1000, channel: 2, ready: 0, now: 500).readableAt == 3000 + 20_000)
  }

  @Test func messagesPassTheirRouteWithoutWaitingForTheirEnd() {
    let links = links(.switched)
    #expect(links.carry(bytes: 1000, channel: 0, ready: 0, now: 0).readableAt == 1000 + 40_000)
    // Behind the first at the sender's port, and so at the receiver's.
    #expect(links.carry(bytes: 1000, channel: 3, ready: 0, now: 0).readableAt == 2000 + 40_000)
  }

  /// Around a ring 0 to 2 passes the links 0>1 and 1>2, 1 to 2 the second alone. A message that is handed over later but arrives
  /// first there goes first, so nothing is known when it is handed over.
  @Test func routesThatMeetTakeMessagesAsTheyArrive() {
    let machine = Machine(
      devices: 5, link: .emulated(latencyNanoseconds: 20_000, bytesPerSecond: 1e9), topology: .ring)
    let links = EmulatedLinks(
      machine,
      channels: [(0, 1), (0, 2), (1, 2)].map { Channel(from: $0.0, to: $0.1, capacity: 2) })
    // 0>1 is busy until 1000, then carries the second message; 1>2 is idle until then and takes what is sent at 500.
    let first = links.carry(bytes: 1000, channel: 0, ready: 0, now: 0)
    let far = links.carry(bytes: 2000, channel: 1, ready: 0, now: 0)
    let near = links.carry(bytes: 3000, channel: 2, ready: 400, now: 500)
    #expect(!links.arrival(far, channel: 1, now: 0).isKnown)
    // Before 1>2 is free again at 3500 it cannot be.
    #expect(links.arrival(far, channel: 1, now: 1000) == (false, 3500))
    #expect(links.arrival(first, channel: 0, now: 1000) == (true, 21_000))
    #expect(links.arrival(near, channel: 2, now: 1000) == (true, 23_500))
    #expect(links.arrival(far, channel: 1, now: 4000) == (true, 3500 + 2000 + 40_000))
    #expect(
      links.receive(far, channel: 1, now: 50_000)
        == MessageInstants(senderReady: 0, transferStart: 1000, readableAt: 45_500))
    #expect(
      links.receive(near, channel: 2, now: 50_000)
        == MessageInstants(senderReady: 400, transferStart: 500, readableAt: 23_500))
  }

  @Test func sharedMemoryAddsNothing() {
    let links = EmulatedLinks(Machine(devices: 2), channels: [Channel(from: 0, to: 1, capacity: 1)])
    #expect(!links.isEmulated)
    #expect(
      links.carry(bytes: 1 << 30, channel: 0, ready: 5, now: 7)
        == MessageInstants(senderReady: 5, transferStart: 7, readableAt: 7))
  }

  @Test func latencyAloneDoesNotQueue() {
    let links = links(.crossbar, latency: 50, rate: .infinity)
    #expect(links.carry(bytes: 1 << 20, channel: 0, ready: 0, now: 0).readableAt == 50)
    #expect(links.carry(bytes: 1 << 20, channel: 0, ready: 1, now: 1).readableAt == 51)
  }
}

/// Machines whose devices and links are slower than they are, on the wall clock.
@Suite struct PerturbedRunTests {
  private func train(_ change: (inout Machine) -> Void) throws -> (parameters: [[Float]], trace: TraceBatch) {
    var options = TrainingRun.Options()
    change(&options.machine)
    let run = try TrainingRun(
      program: HandBuilt.ring(), inference: nil, dataset: HandBuilt.dataset(), shuffle: true,
      training: HandBuilt.training(.steps(4)), options: options)
    run.start()
    run.wait()
    let news = run.drain()
    #expect(news.state == .finished)
    return (run.parameters().map(\.values), news.trace)
  }

  /// Nanoseconds that a device spent on instructions that are neither sends nor receives.
  private func work(_ device: Int, _ trace: TraceBatch) -> Int64 {
    let instructions = HandBuilt.ring().devices[device].instructions
    return trace.records[device].reduce(0) { sum, record in
      switch instructions[Int(record.instruction)] {
      case .send, .receive: sum
      default: sum + record.end - record.begin
      }
    }
  }

  @Test func aSlowDeviceTakesLongerAndLearnsTheSame() throws {
    let plain = try train { _ in }
    let slow = try train { $0.perturbation.slowDevices = [Perturbation.SlowDevice(device: 1, factor: 1000)] }
    let half = try train { $0.rates = [0.5, 1] }
    #expect(slow.parameters == plain.parameters && half.parameters == plain.parameters)
    // A thousand times as long: far beyond any noise.
    #expect(work(1, slow.trace) > 10 * work(0, slow.trace))
  }

  @Test func jitterLeavesResultsAlone() throws {
    let plain = try train { _ in }
    let shaken = try train { $0.perturbation.jitter = Perturbation.Jitter(amplitude: 3, seed: 1) }
    #expect(shaken.parameters == plain.parameters)
  }

  @Test func messagesOfDifferentDevicesShareABus() throws {
    let link = Link.emulated(latencyNanoseconds: 30_000, bytesPerSecond: 1e8)
    let (_, trace) = try train {
      $0.link = link
      $0.topology = .bus
    }
    let program = HandBuilt.ring()
    var transfers: [(start: Int64, occupancy: Int64)] = []
    for (device, records) in zip(program.devices, trace.records) {
      for record in records {
        guard case .receive(let index) = device.instructions[Int(record.instruction)] else { continue }
        let occupancy = link.occupancyNanoseconds(bytes: program.messages[index].bytes)
        #expect(record.arrival == record.transferStart + 30_000 + occupancy)
        transfers.append((record.transferStart, occupancy))
      }
    }
    transfers.sort { $0.start < $1.start }
    #expect(transfers.count > 4)
    for (one, next) in zip(transfers, transfers.dropFirst()) { #expect(next.start >= one.start + one.occupancy) }
  }

  @Test func threadsAreNoFasterThanTheirCore() throws {
    var options = TrainingRun.Options()
    options.machine.rates = [1, 1.5]
    let error = #expect(throws: DiagnosticList.self) {
      try TrainingRun(
        program: HandBuilt.ring(), inference: nil, dataset: HandBuilt.dataset(), shuffle: true,
        training: HandBuilt.training(.steps(1)), options: options)
    }
    #expect(error?.all.first?.path == "machine.rates")
    #expect(error?.all.first?.hint?.contains("simulate") == true)
  }
}
