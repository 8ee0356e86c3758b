import Programs
import Screens
import Testing
import Traces

@testable import Workbench

@Suite("Numbers of the panels")
struct MeasurementsNumbersTests {
  @Test("What was not measured is n/a, never 0")
  func unknown() {
    let empty = Measurements.empty(MeasurementsFixture.pipeline)
    let devices = screen(100, 24) { drawDevices(empty, into: &$0, in: $1, expanded: true) }
    #expect(devices.shows("n/a"))
    for zero in ["0.0 %", "0 s"] { #expect(!devices.shows(zero)) }
    #expect(devices.shows("peak memory by formula") && devices.shows("5.00 KiB"))
    #expect(empty.totals == nil)
    #expect(empty.perStep { $0.bytes } == nil)

    let communication = screen(90, 12) { drawCommunication(empty, CommunicationView(), into: &$0, in: $1) }
    #expect(communication.shows("4.00 kB per step by formula"))
    #expect(communication.shows("n/a"))
    #expect(!communication.shows("= formula"))

    var learned = empty
    learned.learning.append(loss: .nan)
    let learning = screen(60, 8) { drawLearning(learned, LearningView(), into: &$0, in: $1) }
    #expect(learning.shows("loss n/a"))
    #expect(learning.shows("rate n/a"))
    #expect(learning.shows("test n/a"))
  }

  @Test("A warm-up alone measures nothing")
  func warmupAlone() {
    let measurements = MeasurementsFixture.measurements(MeasurementsFixture.pipeline, steps: 2, warmup: 5)
    #expect(measurements.totals == nil)
    #expect(measurements.breakdown(of: 0) == nil)
    #expect(measurements.timeline.steps.count == 2)
    let surface = screen(80, 12) { drawTimeline(measurements, TimelineView(), into: &$0, in: $1) }
    #expect(surface.shows("warm-up"))
  }

  @Test("Overlap without communication is n/a")
  func noCommunication() {
    let serial = MeasurementsFixture.measurements(MeasurementsFixture.serial)
    #expect(serial.breakdown(of: 0)?.overlapRatio == nil)
    let surface = screen(150, 16) { drawDevices(serial, into: &$0, in: $1, expanded: true) }
    #expect(surface.glyphRows.contains { $0.hasSuffix("n/a") && $0.contains("0 B") })
    let communication = screen(60, 5) { drawCommunication(serial, CommunicationView(), into: &$0, in: $1) }
    #expect(communication.shows("No device sends anything"))
  }

  @Test("Shares add up to 100 % exactly, each within a tenth of a per cent")
  func sums() throws {
    var state: UInt64 = 42
    func random(_ bound: UInt64) -> Int64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int64((state >> 33) % bound)
    }
    for _ in 0..<200 {
      var parts = Breakdown()
      parts.compute = random(1_000_000)
      parts.exposedCommunication = random(1_000)
      parts.wait = random(1_000_000_000)
      parts.overhead = random(7)
      parts.idle = 1 + random(3)
      let permille = try #require(parts.permille)
      #expect(permille.values.reduce(0, +) == 1000)
      for activity in Activity.allCases {
        let exact = try #require(parts.fraction(activity)) * 1000
        #expect(abs(Double(permille[activity, default: 0]) - exact) < 1)
      }
    }
    #expect(Breakdown().permille == nil)
  }

  @Test("The numbers are those of Traces and of the report")
  func sameAsReport() throws {
    let program = MeasurementsFixture.exchange(devices: 3)
    let statistics = MeasurementsFixture.statistics(program, steps: 4)
    var measurements = Measurements.empty(program)
    measurements.take(statistics)
    let report = Report(
      RunFacts(scene: "test", clock: .virtual, cores: nil, seed: 0, steps: 4), statistics: statistics)
    #expect(measurements.perStep { $0.bytes } == report.communication.bytesPerStep)
    #expect(measurements.perStep { $0.bytes } == 2400)
    #expect(measurements.totals?.matrixBytes == report.communication.matrixBytes)
    #expect(measurements.measuredSteps == 3)
    for device in 0..<3 {
      let breakdown = try #require(measurements.breakdown(of: device))
      #expect(report.perDevice[device].computeSeconds == Double(breakdown.compute) / 1e9)
    }
  }

  @Test("A difference to the formula is shown with its sign")
  func formulaDifference() {
    let measurements = MeasurementsFixture.measurements(MeasurementsFixture.exchange(devices: 2, words: 120))
    #expect(measurements.facts.expectedBytesPerStep == 800)
    #expect(measurements.facts.terms.map(\.countedWords) == [240])
    let surface = screen(90, 12) { drawCommunication(measurements, CommunicationView(), into: &$0, in: $1) }
    #expect(surface.shows("960 B per step +160 B to the formula's 800 B"))
  }

  @Test("A measured peak keeps what is known and nothing else")
  func measuredPeak() {
    let peak = MemoryPeak(
      Report.PeakBytes(
        parameters: 8, gradients: nil, optimizer: 0, activations: 4, buffers: nil, workspace: nil, total: 12))
    #expect(peak.byKind == [.parameters: 8, .optimizer: 0, .activations: 4])
    #expect(peak.total == 12)
    #expect(MemoryPeak(Report.PeakBytes.unknown) == .unknown)
  }

  @Test("The matrix counts bytes or messages per step")
  func matrixUnits() {
    let measurements = MeasurementsFixture.measurements(MeasurementsFixture.exchange(devices: 3))
    var view = CommunicationView()
    #expect(screen(60, 6) { drawCommunication(measurements, view, into: &$0, in: $1) }.shows("█ 400 B"))
    let isTaken = view.handle(.character("b"), measurements)
    #expect(isTaken)
    let messages = screen(60, 6) { drawCommunication(measurements, view, into: &$0, in: $1) }
    #expect(messages.shows("msgs"))
    #expect(messages.shows("█ 1"))
    #expect(!messages.shows("400 B "))
  }

  @Test("Statistics of a program with other devices are not taken")
  func otherProgram() {
    var measurements = Measurements.empty(MeasurementsFixture.pipeline)
    measurements.take(MeasurementsFixture.statistics(MeasurementsFixture.serial, steps: 3))
    #expect(measurements.closedSteps == 0)
    #expect(measurements.timeline.isEmpty)
  }

  @Test("A message that travels behind work is shown as hidden")
  func hiddenTransfer() {
    // Device 1 computes its first layers while nothing reaches it; the second activation arrives during F0.
    let measurements = MeasurementsFixture.measurements(MeasurementsFixture.pipeline)
    let window = measurements.timeline.steps[1].window
    let hidden = measurements.timeline.hiddenTransfers(to: 1, in: window)
    #expect(!hidden.isEmpty)
    for range in hidden {
      #expect(range.length == 20_000)
      let busy = measurements.timeline.spans(of: 1, in: range)
      #expect(busy.contains { $0.kind == .forward })
    }
  }

  @Test("The longest waits come first, each with its sentence")
  func longestWaits() throws {
    let measurements = MeasurementsFixture.measurements(MeasurementsFixture.pipeline)
    let extent = try #require(measurements.timeline.extent)
    let waits = measurements.timeline.longestWaits(in: extent, count: 4)
    #expect(waits.count == 4)
    #expect(zip(waits, waits.dropFirst()).allSatisfy { $0.span.nanoseconds >= $1.span.nanoseconds })
    #expect(waits.allSatisfy { $0.sentence.hasPrefix("device \($0.span.device) waited ") })
    #expect(measurements.timeline.longestWaits(in: extent, count: 0).isEmpty)
  }
}

@Suite("Learning history")
struct MeasurementsLearningTests {
  @Test("The moving average starts at the first loss and skips gaps")
  func smoothing() throws {
    var learning = LearningHistory()
    for loss in [4, 2, .infinity, 2] { learning.append(loss: loss) }
    let average = learning.smoothedLosses(decay: 0.5)
    #expect(average[0] == 4)
    // (0.5·4·0.5 + 0.5·2) / 0.75
    #expect(abs((try #require(average[1])) - 8.0 / 3) < 1e-12)
    #expect(average[2] == nil)
    #expect(abs((try #require(average[3])) - 16.0 / 7) < 1e-12)
    #expect(learning.latestLoss == 2)
  }

  @Test("Epochs begin every so many steps")
  func epochs() {
    let learning = MeasurementsFixture.learning
    #expect(learning.epochStarts == [10, 20])
    #expect(learning.epoch == 3)
    #expect(LearningHistory(stepsPerEpoch: 10).epoch == nil)
    var unknown = LearningHistory()
    unknown.append(loss: 1)
    #expect(unknown.epoch == nil)
    #expect(unknown.epochStarts.isEmpty)
  }

  @Test("Thinning long curves keeps their peaks and their ends")
  func thinning() {
    var losses = (0..<10_000).map { Double?(1 + Double($0 % 7)) }
    losses[6_543] = 99
    losses[1_234] = -5
    let points = LearningPicture.thinned(losses, columns: 50)
    #expect(points.count <= 200)
    #expect(points.contains { $0.x == 6_543 && $0.y == 99 })
    #expect(points.contains { $0.x == 1_234 && $0.y == -5 })
    #expect(points.first?.x == 0)
    #expect(points.last?.x == 9_999)
    #expect(zip(points, points.dropFirst()).allSatisfy { $0.x < $1.x })
  }

  @Test("A logarithmic scale and a moving average can be switched on and off")
  func switches() {
    var measurements = Measurements.empty(MeasurementsFixture.serial)
    measurements.learning = MeasurementsFixture.learning
    var view = LearningView()
    let plain = screen(60, 16) { drawLearning(measurements, view, into: &$0, in: $1) }
    #expect(!plain.shows("moving average"))
    _ = view.handle(.character("o"))
    #expect(screen(60, 16) { drawLearning(measurements, view, into: &$0, in: $1) }.shows("moving average"))
    _ = view.handle(.character("l"))
    #expect(screen(60, 16) { drawLearning(measurements, view, into: &$0, in: $1) }.shows("log"))
    _ = view.handle(.character("o"))
    _ = view.handle(.character("l"))
    #expect(screen(60, 16) { drawLearning(measurements, view, into: &$0, in: $1) } == plain)
  }
}
