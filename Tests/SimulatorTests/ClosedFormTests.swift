import Machines
import Networks
import Programs
import Testing
import Traces

@testable import Simulator

/// Schedules and collectives with given times take exactly what their closed forms say.
@Suite struct ClosedFormTests {
  /// With F = 1, B + W = 2 and messages that cost nothing, `(m + p - 1)(F + B + W)`.
  @Test(
    arguments: ["gpipe", "1f1b"],
    [(2, 4, 15), (4, 4, 21), (4, 8, 33), (1, 3, 9), (3, 1, 9)])
  func pipelinesTakeTheirMakespan(schedule: String, size: (stages: Int, microbatches: Int, milliseconds: Int64)) throws
  {
    let program = try Measured.program(
      layers: size.stages, devices: size.stages, microbatches: size.microbatches,
      strategy: "pipeline(schedule=\(schedule), stages=\(size.stages))")
    let (outcome, trace) = try Measured.simulate(program, steps: 3)
    // The first stage is the last to end a step, so steps follow one another without overlap.
    #expect(outcome.stepEnds == (1...3).map { $0 * size.milliseconds * millisecond })
    let totals = trace.statistics(program).totals
    let median = try #require(totals.stepSeconds(quantile: 0.5))
    #expect(abs(median - Double(size.milliseconds) / 1000) < 1e-12)
    #expect(totals.breakdowns.allSatisfy { $0.compute == Int64(9 * size.microbatches) * 1_000_000 })
  }

  /// The golden makespans of the schedules with several stages per device or with backward passes in two halves, where
  /// F = B = W: interleaved 1F1B (Narayanan et al. 2021), ZB-H1 and ZB-H2 (Qi et al. 2023).
  @Test(arguments: [
    ("interleaved, chunks=2", [13.5, 16.5, 28.5]), ("zb-h1", [13, 15, 27]), ("zb-h2", [13, 16, 27]),
  ])
  func refinedSchedulesTakeTheirMakespan(schedule: String, milliseconds: [Double]) throws {
    for ((stages, microbatches), expected) in zip([(2, 4), (4, 4), (4, 8)], milliseconds) {
      let chunks = schedule.hasPrefix("interleaved") ? 2 : 1
      let part = 1 / Double(chunks)
      let program = try Measured.program(
        layers: chunks * stages, devices: stages, microbatches: microbatches,
        strategy: "pipeline(schedule=\(schedule))",
        forward: part, backwardInput: part, backwardWeight: part)
      let outcome = try Measured.simulate(program).outcome
      #expect(outcome.stepEnds == [Int64(expected * 2) * millisecond / 2], "p=\(stages) m=\(microbatches)")
    }
  }

  @Test(arguments: ["gpipe", "1f1b"]) func bubblesAreThoseOfTheFormula(schedule: String) throws {
    for (stages, microbatches) in [(2, 4), (4, 4), (4, 8)] {
      let program = try Measured.program(
        layers: stages, devices: stages, microbatches: microbatches, strategy: "pipeline(schedule=\(schedule))")
      let totals = try Measured.simulate(program, steps: 2).trace.statistics(program).totals
      let formula = Double(stages - 1) / Double(microbatches + stages - 1)
      let idle = totals.breakdowns.reduce(0.0) { $0 + Double(totals.window - $1.compute) }
      #expect(abs(idle / (Double(stages) * Double(totals.window)) - formula) < 1e-12)
      #expect(program.bubble?.fractionOfTotal == formula)
    }
  }

  /// Eight stages and 16 microbatches: 7/23 of the time, idling at a step's end included, however many steps are measured.
  @Test(arguments: [1, 5, 20]) func measuredBubblesDoNotDependOnTheSteps(steps: Int) throws {
    let program = try Measured.program(
      layers: 8, devices: 8, microbatches: 16, strategy: "pipeline(schedule=1f1b)")
    let totals = try Measured.simulate(program, steps: steps).trace.statistics(program).totals
    let idle = totals.breakdowns.reduce(0.0) { $0 + Double($1.inactive) }
    #expect(abs(idle / (8 * Double(totals.window)) - 7.0 / 23) < 1e-12)
  }

  /// Four megabytes among four devices with wires of their own, 1 ms and 1 GB/s: all messages travel at the same time, 1 + 4 ms
  /// directly; gradients and parameters in quarters 2 (1 + 1) ms.
  @Test(arguments: [("direct", 5), ("sharded-server", 4)]) func messagesToAllTravelAtOnce(
    exchange: String, milliseconds: Int64
  ) throws {
    let program = try Measured.program(
      layers: 1, devices: 4, microbatches: 1, strategy: "data(exchange=\(exchange))", forward: 0, backwardInput: 0,
      backwardWeight: 0, parameterBytes: 4_000_000, batch: 4)
    let link = LinkModel(latencyPicoseconds: 1_000_000_000, bytesPerSecond: 1e9)
    #expect(try Measured.simulate(program, link: link).outcome.stepEnds == [milliseconds * millisecond])
  }

  /// GPipe keeps every microbatch's activations, 1F1B at most `min(m, p - s)` on stage s.
  @Test func activationsInFlightFollowTheSchedule() throws {
    for (stages, microbatches) in [(2, 4), (4, 4), (4, 8)] {
      for (schedule, expected) in [
        ("gpipe", (0..<stages).map { _ in microbatches }),
        ("1f1b", (0..<stages).map { min(microbatches, stages - $0) }),
      ] {
        let program = try Measured.program(
          layers: stages, devices: stages, microbatches: microbatches, strategy: "pipeline(schedule=\(schedule))")
        let trace = try Measured.simulate(program).trace
        let found = program.devices.map { device in
          var (live, most) = (0, 0)
          for record in trace.records[device.device] {
            switch device.instructions[Int(record.instruction)] {
            case .forward: live += 1
            case .backward: live -= 1
            default: break
            }
            most = max(most, live)
          }
          return most
        }
        #expect(found == expected, "\(schedule) p=\(stages) m=\(microbatches)")
      }
    }
  }

  /// Reduce-scatter and all-gather around a ring: `2(P-1)(α + n/P · β)` where copies and sums are free.
  @Test(arguments: [2, 3, 4, 8, 16]) func ringsTakeTheirClosedForm(devices: Int) throws {
    let bytes = 4 * 840 * devices
    let program = try Measured.program(
      layers: 1, devices: devices, microbatches: 1, strategy: "data(exchange=ring)", forward: 1, backwardInput: 0.5,
      backwardWeight: 0.25, parameterBytes: bytes, batch: devices)
    let link = LinkModel(latencyPicoseconds: 20_000_000, bytesPerSecond: 1e9)
    let outcome = try Measured.simulate(program, link: link, steps: 2).outcome
    // A device computes one of P samples: its share of the given time, rounded to a picosecond.
    let work =
      SimulatedTime.picoseconds(nanoseconds: 1e6 / Double(devices))
      + SimulatedTime.picoseconds(nanoseconds: 0.75e6 / Double(devices))
    let hop = 20_000_000 + Int64(bytes / devices) * 1000
    let step = work + 2 * Int64(devices - 1) * hop
    #expect(outcome.stepEnds == [step, 2 * step])
  }

  /// Stages of unequal length: `Σ t + (m - 1) max t` for GPipe's forward and for its backward.
  @Test func theLongestStageSetsThePace() throws {
    let profiles = [2.0, 5.0, 3.0].map {
      LayerProfile(
        forwardMilliseconds: $0, backwardInputMilliseconds: $0, backwardWeightMilliseconds: 0, outputBytes: 4,
        parameterBytes: 4)
    }
    let program = try HandProgram.compiled(profiles, devices: 3, microbatches: 6, strategy: "pipeline(schedule=gpipe)")
    let outcome = try Measured.simulate(program).outcome
    #expect(outcome.stepEnds == [2 * (10 + 5 * 5) * millisecond])
  }
}
