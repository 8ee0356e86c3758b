import Machines
import Networks
import Programs
import Scenes
import Strategies
import Testing
import Traces

@testable import Exploration
@testable import Simulator

/// Predictions of whole programs by a calibration.
@Suite struct ForecasterTests {
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

  private func forecaster(
    after program: Program, origin: Calibration.Measurement.Origin = .bench, cores: Int = 2
  ) throws -> Forecaster {
    var times = RecordedTimes(program, spinNanoseconds: 0)
    times.add(try trace(program))
    var document = try #require(Calibration(fitting: [times], machine: "m", date: "2026-02-01"))
    document.wakeNanoseconds = 0
    document.add(
      RecordedTimes.measurements(of: [times], fastestGauge: nil, threads: 1, origin: origin, date: "2026-02-03"))
    return Forecaster(calibration: document, origin: "here", cores: cores)
  }

  /// A run of the same sizes is predicted, and the prediction says what it rests on.
  @Test func aRunOfTheSameSizesIsPredicted() throws {
    let program = try program("serial", devices: 1)
    func predict(_ origin: Calibration.Measurement.Origin) throws -> Forecast {
      try forecaster(after: program, origin: origin).forecast(program, on: Machine(devices: 1), clock: .wall)
    }
    let batch = try trace(program)
    let step =
      try #require(batch.records[0].last { $0.step == 1 }).end - #require(batch.records[0].last { $0.step == 0 }).end
    let forecast = try predict(.bench)
    #expect(abs(try #require(forecast.expectedSeconds) - Double(step) * 1e-9) < 1e-12)
    #expect(forecast.notes.contains("predicted step: here"))
    #expect(forecast.notes.contains { $0.contains("100.0 % is measured") })
    #expect(!forecast.notes.contains { $0.contains("recorded run") })
    #expect(try predict(.run).notes.contains { $0.contains("recorded run of the same sizes on 2026-02-03") })
  }

  /// Other sizes of the same network are found between or beyond what was measured, and said to be.
  @Test func otherSizesAreEstimated() throws {
    let forecaster = try forecaster(after: program("serial", devices: 1))
    let forecast = try forecaster.forecast(
      program("data(exchange=ring)", devices: 2), on: Machine(devices: 2), clock: .virtual)
    #expect(forecast.stepSeconds > 0 && !forecast.notes.contains { $0.contains("100.0 % is measured") })
  }

  /// The scheduling of more devices than cores is nobody's to predict; in virtual time there is none. Built-in costs are no
  /// ground for a prediction.
  @Test func someRunsAreNotPredicted() throws {
    let program = try program("data(exchange=ring)", devices: 3)
    let measured = try forecaster(after: program)
    func predict(_ forecaster: Forecaster, _ clock: Clock) throws -> Forecast {
      try forecaster.forecast(program, on: Machine(devices: 3), clock: clock)
    }
    let wall = try predict(measured, .wall)
    #expect(wall.expectedSeconds == nil && wall.stepSeconds > 0)
    #expect(wall.notes == ["no step is predicted: the scheduling of more devices than cores is not modelled"])
    #expect(try predict(measured, .virtual).expectedSeconds != nil)
    let builtIn = try predict(.builtIn, .virtual)
    #expect(builtIn.expectedSeconds == nil && builtIn.notes.contains { $0.contains("is not calibrated") })
  }

  /// On the wall clock devices slow each other; on the virtual one each is timed alone, whatever cores there are.
  @Test func devicesThatShareAMachineAreSlowerOnTheWallClockAlone() throws {
    let program = try program("data(exchange=ring)", devices: 2)
    var times = RecordedTimes(program, spinNanoseconds: 0)
    times.add(try trace(program))
    var document = try #require(Calibration(fitting: [times], machine: "m", date: "2026-02-01"))
    let alone = RecordedTimes.measurements(
      of: [times], fastestGauge: nil, threads: 1, origin: .bench, date: "2026-02-03")
    let together = alone.map { measurement in
      Calibration.Measurement(
        work: measurement.work, size: measurement.size, units: measurement.units, threads: 2,
        workingSet: measurement.workingSet,
        nanoseconds: 3 * measurement.nanoseconds, origin: .bench, date: "2026-02-03")
    }
    document.add(alone + together)
    func step(_ clock: Clock, cores: Int?) throws -> Double {
      try Forecaster(calibration: document, origin: "here", cores: cores)
        .forecast(program, on: Machine(devices: 2), clock: clock).stepSeconds
    }
    let virtual = try step(.virtual, cores: 2)
    #expect(try step(.wall, cores: 2) > 2 * virtual)
    #expect(try step(.virtual, cores: nil) == virtual && step(.wall, cores: 1) == virtual)
  }

  /// Where the strategy balances its stages by times, every command takes them from the same calibration.
  @Test func stagesAreBalancedByTheCalibration() throws {
    var scene = TinyScenes.scene(
      [.linear(outputs: 8), .linear(outputs: 256), .linear(outputs: 8), .linear(outputs: 4)], devices: 2)
    scene.strategy = try Strategy(parsing: "pipeline(stages=2, balance=measured)")
    #expect(try CompiledScene(scene, forecaster: TinyScenes.forecaster).layerSeconds?.count == 4)
  }
}
