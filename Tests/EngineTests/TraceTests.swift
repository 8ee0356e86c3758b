import Machines
import Networks
import Programs
import Testing
import Traces

@testable import Engine

@Suite struct TraceTests {
  @Test func recordsAreCompleteAndInOrder() throws {
    let program = HandBuilt.pipeline(microbatches: 3, capacity: 1)
    let (_, news) = try train(program, length: .steps(6))
    #expect(news.trace.dropped == [0, 0])
    for (device, records) in zip(program.devices, news.trace.records) {
      #expect(records.count == 6 * device.instructions.count)
      for step in 0..<6 {
        let own = records.filter { Int($0.step) == step }.map { Int($0.instruction) }
        #expect(own.sorted() == Array(device.instructions.indices))
        for lane in device.laneOrder {
          let positions = own.filter { device.lanes[$0] == lane }
          #expect(positions == positions.sorted())
        }
        #expect(own.last == device.instructions.count - 1)
      }
      for record in records { #expect(record.begin <= record.end) }
      for (a, b) in zip(records, records.dropFirst()) { #expect(a.end <= b.begin) }
    }
  }

  @Test func lanesRespectBuffers() throws {
    let program = HandBuilt.pipeline(microbatches: 3, capacity: 2)
    let (_, news) = try train(program, length: .steps(4))
    for (device, records) in zip(program.devices, news.trace.records) {
      let ordering = LaneDependencies(device, messages: program.messages)
      for step in 0..<4 {
        var done = Set<Int>()
        for record in records where Int(record.step) == step {
          for earlier in ordering[Int(record.instruction)] where !earlier.isCarried {
            #expect(done.contains(earlier.position))
          }
          done.insert(Int(record.instruction))
        }
      }
    }
  }

  @Test func messagesCarryTheirInstants() throws {
    let link = Link.emulated(latencyNanoseconds: 30_000, bytesPerSecond: 1e9)
    var options = TrainingRun.Options()
    options.machine.link = link
    let program = HandBuilt.ring()
    let (_, news) = try train(program, length: .steps(3), options: options)
    #expect(news.state == .finished)
    var lastLeft = [Int64](repeating: 0, count: 2)
    for (device, records) in zip(program.devices, news.trace.records) {
      for record in records {
        guard case .receive(let index) = device.instructions[Int(record.instruction)] else { continue }
        let message = program.messages[index]
        let occupancy = link.occupancyNanoseconds(bytes: message.bytes)
        #expect(record.arrival == record.transferStart + 30_000 + occupancy)
        #expect(record.senderReady <= record.transferStart)
        #expect(record.end >= record.arrival)
        // One direction carries one message after the other.
        #expect(record.transferStart >= lastLeft[message.from])
        lastLeft[message.from] = record.transferStart + occupancy
      }
    }
  }

  @Test func whatFindsNoRoomIsCounted() throws {
    var options = TrainingRun.Options()
    options.traceCapacity = 10
    let program = HandBuilt.serial()
    let (_, news) = try train(program, length: .steps(5), options: options)
    #expect(news.trace.records[0].count == 10)
    #expect(news.trace.dropped == [5 * program.devices[0].instructions.count - 10])
    #expect(news.steps.count == 5)
  }

  @Test func untracedRunsKeepTheirSteps() throws {
    var options = TrainingRun.Options()
    options.tracing = false
    let (_, news) = try train(HandBuilt.ring(), length: .steps(7), options: options)
    #expect(news.trace.records == [[], []])
    #expect(news.steps.count == 7)
    for step in news.steps { #expect(step.seconds > 0) }
  }

  @Test func newsAreToldOnce() throws {
    let run = try makeRun(HandBuilt.ring(), length: .steps(10))
    run.start(paused: true)
    var steps: [Int] = []
    var records = 0
    for _ in 0..<5 {
      run.step(2)
      run.waitWhileRunning()
      let news = run.drain()
      steps += news.steps.map(\.step)
      records += news.trace.records[1].count
    }
    run.wait()
    let rest = run.drain()
    #expect(steps + rest.steps.map(\.step) == Array(0..<10))
    #expect(records + rest.trace.records[1].count == 10 * run.program.devices[1].instructions.count)
  }

  /// Stretches end at epochs, where the devices stand; whoever reads the trace must know before later records come.
  @Test func stopsAreToldNoLaterThanTheRecordsAfterThem() throws {
    let run = try makeRun(HandBuilt.serial(), length: .epochs(4))
    run.start()
    var told: Set<Int32> = []
    var latest: Int32 = -1
    var isOver = false
    while !isOver {
      let news = run.drain()
      told.formUnion(news.trace.stops)
      latest = max(latest, news.trace.records[0].map(\.step).max() ?? -1)
      for epoch in 1..<4 where latest >= Int32(epoch * run.stepsPerEpoch) {
        #expect(told.contains(Int32(epoch * run.stepsPerEpoch - 1)))
      }
      isOver = news.state.isOver
    }
    #expect(told.count == 4)
  }
}
