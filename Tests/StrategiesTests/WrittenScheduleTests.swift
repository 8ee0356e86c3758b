import Diagnostics
import Networks
import Programs
import Testing

@testable import Strategies

/// Schedules written by hand: read, printed, checked, and refused with the place marked.
@Suite struct WrittenScheduleTests {
  private static let settings = TrainingSettings(
    batch: 12, length: .steps(1), optimizer: .sgd, rate: RateSchedule(rate: 0.1), seed: 1)

  private static let stages = """
    stage
    linear1 n=1 | 0
    relu1   n=1 | 0
    stage
    linear2 n=1 | 1
    tanh1   n=1 | 1
    linear3 n=1 | 1

    """

  private func program(_ text: String, devices: Int = 2, microbatches: Int? = nil) throws -> Program {
    try Compiler(
      graph: SampleNetworks.perceptron, training: Self.settings, devices: devices, microbatches: microbatches
    ).compile(Strategy(parsing: text))
  }

  @Test func itPrintsAndParsesBack() throws {
    let text = Self.stages + "schedule 0 | 0F0 0F1 0B0 0B1 0U\nschedule 1 | 1F0 1I0 1F1 1W0 1B1"
    let strategy = try Strategy(parsing: text)
    #expect(strategy.description == text)
    #expect(try Strategy(parsing: strategy.description) == strategy)
    guard case .layers(let table) = strategy else { throw CancellationError() }
    #expect(table.schedule.map(\.devices) == [[0], [1]])
    #expect(table.schedule[1].actions[1] == Action(.backwardInput, stage: 1, microbatch: 0))
    // Without a schedule the text is what it was.
    #expect(try !Strategy(parsing: Self.stages).description.contains("schedule"))
  }

  @Test func updatesAndExchangesMayBeLeftOut() throws {
    let short = try program(Self.stages + "schedule 0 | 0F0 0F1 0B0 0B1\nschedule 1 | 1F0 1B0 1F1 1B1")
    #expect(short.schedule.description == "0F0 0F1 0B0 0B1 0U\n1F0 1B0 1F1 1B1 1U")
    #expect(short.microbatches == 2)
    // What `plan` prints of a stage on two devices can be written, exchange and all.
    let shared = """
      stage
      linear1 n=2 | 0 1
      schedule 0 1 | 0F0 0B0 0X 0U
      """
    let both = try Compiler(
      graph: Graph(Network(input: .features(4), layers: [Layer(.linear(outputs: 3))])), training: Self.settings,
      devices: 2
    ).compile(Strategy(parsing: shared))
    #expect(both.schedule.description == "0F0 0B0 0X 0U\n0F0 0B0 0X 0U")
  }

  /// The program of a written 1F1B is that of the built-in one, instruction by instruction.
  @Test func writtenOneForwardOneBackwardIsTheBuiltInOne() throws {
    let written =
      Self.stages + "schedule 0 | 0F0 0F1 0B0 0F2 0B1 0F3 0B2 0B3 0U\nschedule 1 | 1F0 1B0 1F1 1B1 1F2 1B2 1F3 1B3 1U"
    let builtIn = try Compiler(
      graph: SampleNetworks.perceptron, training: Self.settings, devices: 2, microbatches: 4
    ).compile(Strategy(parsing: "pipeline(schedule=1f1b, cuts=linear2)"))
    let program = try program(written)
    #expect(program.schedule == builtIn.schedule)
    for device in 0..<2 { #expect(program.listing(of: device) == builtIn.listing(of: device)) }
  }

  /// Text of the two schedule lines; what is said; line and column of the mark.
  @Test(arguments: [
    ("0F0 0B0", "1F0", "microbatch 0 goes forward in stage 1, but never backward", 9, 14),
    ("0F0 0F1 0B0 0B1", "1F0 1B1 1F1 1B0", "1B1 comes before its forward", 9, 18),
    ("0F0 0F1 0B0 0B1", "1F0 1B0", "microbatch 1 never goes forward in stage 1", 9, 22),
    ("0F0 1F0 0B0", "1F0 1B0", "stage 1 is not on device 0", 8, 18),
    ("0F0 0F1 0B0 0U 0B1", "1F0 1B0 1F1 1B1", "the update of stage 0 comes before 0B1", 8, 26),
    ("0F0 0Q0 0B0", "1F0 1B0", "'0Q0' is no action", 8, 18),
    ("0F0 0F0 0B0", "1F0 1B0", "0F0 stands in the line twice", 8, 18),
    ("0F0 0W0 0I0", "1F0 1B0", "0W0 comes before the gradient of the input", 8, 18),
    ("0F0 0I0", "1F0 1B0", "the other half of this backward is missing", 8, 18),
    ("0F0 0B0", "1F0 1B0 1R0", "microbatch 0 has gone backward before", 9, 22),
    ("0F0 0B0 0U0", "1F0 1B0", "one update per step and stage", 8, 22),
    ("0F0 0B0 0U 0X", "1F0 1B0", "comes after the update that needs it", 8, 25),
    ("0F0 0B0 2F0", "1F0 1B0", "there is no stage 2", 8, 22),
    ("0F0 0F1 0B0 0B1", "1F1 1F0 1B0 1B1", "device 0 sends microbatch 0 first", 9, 14),
    ("0F0 0B0 0F1 0B1", "1F0 1F1 1B0 1B1", "deadlock: device 0 waits at 0B0 for 1B0", 8, 18),
  ])
  func whatCannotRunIsRefusedAtItsPlace(first: String, second: String, message: String, line: Int, column: Int) {
    do throws(DiagnosticList) {
      _ = try Strategy(parsing: Self.stages + "schedule 0 | \(first)\nschedule 1 | \(second)")
      Issue.record("accepted")
    } catch {
      let problem = error.all[0]
      #expect(problem.message.contains(message), "\(problem)")
      #expect(problem.location == .init(line: line, column: column), "\(problem)")
      let marked = problem.message.split(separator: "\n")
      let place = marked.firstIndex { $0.hasSuffix("<-- here") } ?? 0
      #expect(place > 0 && marked[place].prefix { $0 == " " }.count == column + 1, "\(problem)")
    }
  }

  @Test func aDeadlockMarksEveryDeviceThatWaits() {
    do throws(DiagnosticList) {
      _ = try Strategy(parsing: Self.stages + "schedule 0 | 0F0 0B0 0F1 0B1\nschedule 1 | 1F0 1F1 1B0 1B1")
      Issue.record("accepted")
    } catch {
      #expect(error.all.count == 1)
      #expect(
        error.all[0].message == """
          schedule of device 0, action 2, column 18: deadlock: device 0 waits at 0B0 for 1B0; device 1 waits at 1F1 for 0F1
            schedule 0 | 0F0 0B0 0F1 0B1
                             ^^^ <-- here
            schedule 1 | 1F0 1F1 1B0 1B1
                             ^^^ <-- here
          """)
    }
  }

  @Test(
    arguments: [
      ("schedule 0 | 0F0 0B0", nil, "device 1 takes part in stage 1, but the schedule has no line for it"),
      ("schedule 0 | 0F0 0B0\nschedule 0 | 0F0 0B0\nschedule 1 | 1F0 1B0", nil, "device 0 has two lines"),
      ("schedule 0 0F0\nschedule 1 | 1F0 1B0", nil, "there is no '|'"),
      ("schedule x | 0F0", nil, "'x' is no device number"),
      ("schedule | 0F0", nil, "no device before '|'"),
      ("schedule 0 | 0F0 0B0\nschedule 1 | 1F0 1B0", 3, "microbatch 1 never goes forward in stage 0"),
      ("schedule 0 | 0F0 0F1 0B0 0B1\nschedule 1 | 1F0 1B0 1F1 1B1", 1, "there is no microbatch 1"),
    ] as [(String, Int?, String)])
  func linesAndMicrobatchesMustFit(lines: String, microbatches: Int?, message: String) throws {
    do {
      _ = try program(Self.stages + lines, microbatches: microbatches)
      Issue.record("accepted")
    } catch let error as DiagnosticList { #expect(error.description.contains(message), "\(error)") }
  }

  @Test func devicesOfOneStageDoTheSame() {
    do throws(DiagnosticList) {
      _ = try Strategy(parsing: "linear1 n=2 | 0 1\nschedule 0 | 0F0 0B0\nschedule 1 | 0F0 0I0 0W0")
      Issue.record("accepted")
    } catch {
      #expect(error.description.contains("devices 0 and 1 share stage 0 but treat microbatch 0 differently"))
      #expect(error.all[0].location == .init(line: 3, column: 18))
    }
  }

  /// Several stages on a device, and stages in turns: 1F1B over whatever the table says.
  @Test(arguments: [
    ("stage\nlinear1 n=1 | 0\nstage\nlinear2 n=1 | 1\nstage\nlinear3 n=1 | 0", 2),
    ("stage\nlinear1 n=1 | 0\nstage\nlinear2 n=1 | 0\nstage\nlinear3 n=1 | 0", 1),
    ("stage\nlinear1 m=2 | 0 1\nstage\nlinear2 n=1 | 2\nlinear3 n=1 | 2", 3),
    ("stage\nlinear1 n=2 | 0 1\nstage\nlinear2 k=2 | 1 2\nlinear3 n=1 | 0", 3),
  ])
  func tablesPutStagesAnywhere(text: String, devices: Int) throws {
    let program = try program(text, devices: devices, microbatches: 4)
    let stages = text.split(separator: "\n").count { $0 == "stage" }
    for stage in 0..<stages {
      for microbatch in 0..<4 {
        #expect(program.schedule.devices.joined().contains(Action(.forward, stage: stage, microbatch: microbatch)))
      }
    }
    #expect(ScheduleTiming(units: program.schedule) != nil)
    // What was chosen can be written by hand.
    let lines = program.schedule.devices.enumerated().map {
      "schedule \($0) | \($1.map(\.description).joined(separator: " "))"
    }
    let written = try self.program(text + "\n" + lines.joined(separator: "\n"), devices: devices, microbatches: 4)
    #expect(written.schedule == program.schedule)
  }
}
