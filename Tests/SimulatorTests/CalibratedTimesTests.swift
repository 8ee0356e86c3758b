import Diagnostics
import Foundation
import Machines
import Networks
import Programs
import Strategies
import Testing
import Traces

@testable import Simulator

/// Times of exact sizes, between them, and beyond them.
@Suite struct CalibratedTimesTests {
  private func measurement(
    _ size: String, units: Double, _ nanoseconds: Double, threads: Int = 1,
    origin: Calibration.Measurement.Origin = .bench
  ) -> Calibration.Measurement {
    Calibration.Measurement(
      work: "relu.forward", size: size, units: units, threads: threads, nanoseconds: nanoseconds, origin: origin,
      date: "2026-02-03")
  }

  private func calibration(_ measurements: [Calibration.Measurement]) -> Calibration {
    Calibration(
      machine: "m", date: "2026-02-01", costs: ["relu.forward": .init(fixed: 100, perUnit: 1)], wakeNanoseconds: 0,
      measurements: measurements)
  }

  private func time(_ times: CalibratedTimes, _ size: String, units: Double) -> (Double, CalibratedTimes.Basis) {
    let found = times.time(of: Work(name: "relu.forward", units: units)) { WorkSize(size) }
    return (found.nanoseconds, found.basis)
  }

  @Test func aMeasuredSizeTakesExactlyWhatItTook() {
    let times = CalibratedTimes(
      calibration([measurement("a", units: 10, 777), measurement("b", units: 10, 33)]), threads: 1)
    #expect(time(times, "a", units: 10) == (777, .measured))
    #expect(time(times, "b", units: 10) == (33, .measured))
  }

  /// Between two sizes the time is linear in the logarithms: four times the work in twice the time has its middle there.
  @Test func betweenSizesItIsInterpolated() {
    let times = CalibratedTimes(
      calibration([
        measurement("k: a", units: 100, 1000), measurement("k: b", units: 400, 2000),
        measurement("other: c", units: 200, 9),
      ]), threads: 1)
    let (middle, basis) = time(times, "k: x", units: 200)
    #expect(abs(middle - 1000 * 2.0.squareRoot()) < 1e-9 && basis == .interpolated)
    // As much work of another shape, and of a family that was never measured.
    #expect(time(times, "k: y", units: 400) == (2000, .interpolated))
    #expect(time(times, "new: z", units: 300) == (400, .fitted))
  }

  /// Beyond the sizes the class's line goes on from the nearest one, but not for ever.
  @Test func beyondTheSizesTheLineGoesOn() {
    let times = CalibratedTimes(calibration([measurement("a", units: 100, 400)]), threads: 1)
    // The line says 200 there and 300 here.
    #expect(time(times, "x", units: 200) == (600, .interpolated))
    #expect(time(times, "x", units: 1000) == (1100, .fitted))
  }

  /// What two devices at once do to a size that was measured both ways, they do to the others of its class.
  @Test func devicesAtTheSameTimeSlowEachOther() {
    let measurements = [
      measurement("a", units: 10, 100), measurement("a", units: 10, 150, threads: 2), measurement("b", units: 20, 300),
    ]
    let alone = CalibratedTimes(calibration(measurements), threads: 1)
    let both = CalibratedTimes(calibration(measurements), threads: 2)
    #expect(time(alone, "a", units: 10) == (100, .measured) && time(both, "a", units: 10) == (150, .measured))
    #expect(time(alone, "b", units: 20) == (300, .measured) && time(both, "b", units: 20) == (450, .interpolated))
    // A class of which nothing was measured both ways follows the others.
    #expect(Contention(measurements).factor(of: "tanh.forward", from: 1, to: 2) == 1.5)
    #expect(Contention(measurements).factor(of: "tanh.forward", from: 2, to: 4) == 1)
  }

  @Test func newMeasurementsReplaceOldOnes() throws {
    var document = calibration([measurement("a", units: 10, 100), measurement("b", units: 10, 5)])
    document.add([measurement("a", units: 10, 90, origin: .run), measurement("a", units: 10, 80, threads: 2)])
    #expect(document.measurements.map(\.nanoseconds) == [5, 90, 80])
    #expect(try Calibration(json: Data(document.json().utf8)) == document)
  }

  /// Documents of another version are told apart from broken ones.
  @Test func otherVersionsAreNamed() throws {
    let old = #"{"schema": "partita.calibration/1", "machine": "m", "date": "d", "costs": {}, "wake_nanoseconds": 1}"#
    let error = #expect(throws: DiagnosticList.self) { try Calibration(json: Data(old.utf8)) }
    #expect(error?.all.first?.message.contains("partita.calibration/1") == true)
  }

  // MARK: - Whole programs

  private func program(_ strategy: String, devices: Int, batch: Int = 12) throws -> Program {
    let network = Network(
      input: .image(channels: 2, height: 8, width: 8),
      layers: [
        Layer(.conv2d(outputs: 4, window: Window(kernel: Extent(3), padding: Edges(1)))), Layer(.batchNorm()),
        Layer(.relu), Layer(.maxPool(Window(kernel: Extent(2), stride: Extent(2)))), Layer(.flatten),
        Layer(.linear(outputs: 10)),
      ])
    return try Compiler(
      graph: Graph(network),
      training: TrainingSettings(batch: batch, length: .steps(1), rate: RateSchedule(rate: 0.1)), devices: devices,
      microbatches: nil
    ).compile(Strategy(parsing: strategy))
  }

  /// What a made-up machine takes, by size alone and not along any line.
  private func trace(_ program: Program) throws -> TraceBatch {
    let costs = CostTable(program) { device, position in
      let text =
        "\(device.work(of: device.instructions[position], messages: program.messages).name)"
        + device.size(of: device.instructions[position]).text
      return Int64(1 + text.utf8.reduce(7) { ($0 * 31 + Int($1)) % 977 }) * 1_000_000
    }
    return try Simulation(program).trace(costs, link: LinkModel(), steps: 6).trace
  }

  private func calibrated(by program: Program, origin: Calibration.Measurement.Origin = .bench) throws -> Calibration {
    var times = RecordedTimes(program)
    times.add(try trace(program))
    var document = try #require(Calibration(fitting: [times], machine: "m", date: "2026-02-01"))
    document.wakeNanoseconds = 0
    document.add(RecordedTimes.measurements(of: [times], threads: 1, origin: origin, date: "2026-02-03"))
    return document
  }

  /// A run of the same sizes is predicted exactly, and the prediction says what it rests on.
  @Test func aRunOfTheSameSizesIsPredicted() throws {
    let program = try program("serial", devices: 1)
    let batch = try trace(program)
    let step =
      try #require(batch.records[0].filter { $0.step == 1 }.last).end
      - batch.records[0].filter { $0.step == 0 }.last!.end
    func predict(_ origin: Calibration.Measurement.Origin) throws -> StepPrediction {
      try #require(
        StepPrediction(
          program, calibration: calibrated(by: program, origin: origin), origin: "here", machine: Machine(devices: 1),
          clock: .wall,
          cores: 2))
    }
    let prediction = try predict(.bench)
    #expect(abs(prediction.seconds - Double(step) * 1e-9) < 1e-12)
    let texts = prediction.assumptions
    #expect(texts.contains("predicted step: here") && texts.contains { $0.contains("100.0 % is measured") })
    #expect(!texts.contains { $0.contains("recorded run") })
    #expect(try predict(.run).assumptions.contains { $0.contains("recorded run of the same sizes on 2026-02-03") })
  }

  /// Other sizes of the same network are found between or beyond what was measured, and said to be.
  @Test func otherSizesAreEstimated() throws {
    let calibration = try calibrated(by: program("serial", devices: 1))
    let prediction = try #require(
      StepPrediction(
        program("data(exchange=ring)", devices: 2), calibration: calibration, origin: "here",
        machine: Machine(devices: 1), clock: .virtual, cores: 1))
    #expect(prediction.seconds > 0 && !prediction.assumptions.contains { $0.contains("100.0 % is measured") })
  }

  /// The scheduling of more devices than cores is nobody's to predict; in virtual time there is none.
  @Test func oversubscribedRunsAreNotPredicted() throws {
    let program = try program("data(exchange=ring)", devices: 3)
    func predict(_ clock: Clock) throws -> StepPrediction? {
      StepPrediction(
        program, calibration: try calibrated(by: program), origin: "here", machine: Machine(devices: 1), clock: clock,
        cores: 2)
    }
    #expect(try predict(.wall) == nil)
    #expect(try predict(.virtual) != nil)
  }
}
