import Networks
import Programs
import Testing

@testable import Strategies

@Suite struct ScheduleTests {
  private func schedule(_ kind: PipelineSchedule, stages: Int, microbatches: Int, chunks: Int = 2) -> Schedule {
    kind.plan(devices: stages, chunks: chunks, microbatches: microbatches).schedule
  }

  @Test func gpipeRunsBackwardInReverse() {
    #expect(
      schedule(.gpipe, stages: 2, microbatches: 3).description == """
        0F0 0F1 0F2 0B2 0B1 0B0 0U
        1F0 1F1 1F2 1B2 1B1 1B0 1U
        """)
  }

  @Test func oneForwardOneBackwardAlternatesAfterWarmup() {
    #expect(
      schedule(.oneForwardOneBackward, stages: 3, microbatches: 4).description == """
        0F0 0F1 0F2 0B0 0F3 0B1 0B2 0B3 0U
        1F0 1F1 1B0 1F2 1B1 1F3 1B2 1B3 1U
        2F0 2B0 2F1 2B1 2F2 2B2 2F3 2B3 2U
        """)
  }

  @Test func inFlightMicrobatchesFollowTheFormula() {
    for stages in 1...8 {
      for microbatches in [1, 3, 8, 13] {
        for (kind, bound) in [
          (PipelineSchedule.gpipe, { (_: Int) in microbatches }),
          (.oneForwardOneBackward, { min(stages - $0, microbatches) }),
        ] {
          for (stage, actions) in schedule(kind, stages: stages, microbatches: microbatches).devices.enumerated() {
            var (live, peak) = (0, 0)
            for action in actions {
              live += action.kind == .forward ? 1 : action.kind == .backward ? -1 : 0
              peak = max(peak, live)
            }
            #expect(peak == bound(stage))
          }
        }
      }
    }
  }

  /// GPipe and 1F1B have the same makespan, F = 1 and B = 2, and the bubbles of the closed forms.
  @Test(arguments: [(2, 4, 15.0), (4, 4, 21), (4, 8, 33)])
  func makespansAreTheGoldenOnes(stages: Int, microbatches: Int, makespan: Double) throws {
    for kind in [PipelineSchedule.gpipe, .oneForwardOneBackward] {
      let timing = try #require(
        ScheduleTiming(schedule(kind, stages: stages, microbatches: microbatches), forward: 1, backward: 2))
      #expect(timing.makespan == makespan)
      let (p, m) = (Double(stages), Double(microbatches))
      #expect(abs(timing.bubbleOfTotal - (p - 1) / (m + p - 1)) < 1e-12)
      #expect(abs(timing.bubbleOverIdeal - (p - 1) / m) < 1e-12)
    }
  }

  /// Forward 1, both halves of backward 1 each; a chunk of two takes half of that. Strategies of section 11.2's table.
  @Test(arguments: [(2, 4, 13.5, 13.0, 13.0, 12.0), (4, 4, 16.5, 15, 16, 15), (4, 8, 28.5, 27, 27, 24)])
  func shorterSchedulesMatchTheGoldenTable(
    p: Int, m: Int, interleaved: Double, h1: Double, h2: Double, h2Span: Double
  ) throws {
    let half = try #require(
      ScheduleTiming(schedule(.interleaved, stages: p, microbatches: m), forward: 0.5, backward: 1))
    #expect(half.makespan == interleaved)
    let first = try #require(
      ScheduleTiming(schedule(.zeroBubbleH1, stages: p, microbatches: m), forward: 1, backward: 2, weight: 1))
    #expect(first.makespan == h1)
    let second = try #require(
      ScheduleTiming(schedule(.zeroBubbleH2, stages: p, microbatches: m), forward: 1, backward: 2, weight: 1))
    #expect(second.makespan == h2)
    #expect(second.longestSpan == h2Span)
  }

  /// As many microbatches as devices: (D, backward as long as forward, backward twice as long).
  @Test(arguments: [(4, 10.0, 16.0), (8, 22, 36)])
  func chimeraMatchesItsFormulas(devices: Int, equal: Double, double: Double) throws {
    for (backward, makespan) in [(1, equal), (2, double)] {
      let plan = PipelinePlan.chimera(
        devices: devices, microbatches: devices,
        durations: try profiled(stages: devices, microbatches: devices, forward: 1, backward: Double(backward)))
      let timing = try #require(ScheduleTiming(plan.schedule, forward: 1, backward: Double(backward)))
      #expect(timing.makespan == makespan)
    }
  }

  /// Of given milliseconds, both halves of backward half of it.
  private func profiled(
    stages: Int, microbatches: Int, forward: Double, backward: Double, weight: Double? = nil
  ) throws -> StageDurations {
    let weight = weight ?? backward / 2
    let profile = LayerProfile(
      forwardMilliseconds: forward, backwardInputMilliseconds: backward - weight, backwardWeightMilliseconds: weight,
      outputBytes: 4)
    let layers = (0..<stages).map { _ in Layer(.profiled(profile)) }
    return StageDurations(
      try Graph(Network(input: .features(1), layers: layers)), stages: Array(0..<stages), batch: microbatches,
      microbatches: microbatches)
  }

  /// More microbatches than devices, where backward takes b forwards: (D-2)/(3N/2+D-2) for b = 2 and (D-2)/(2N+D-2) for b = 1
  /// (Li and Hoefler 2021), so N (1 + b) + (D - 2) b in all, and never more than D microbatches' activations.
  @Test(arguments: [(4, 8, 2, 28.0), (4, 16, 2, 52), (8, 16, 2, 60), (8, 32, 2, 108), (4, 8, 1, 18), (4, 16, 1, 34)])
  func chimeraGoesOnWithoutABubbleInBetween(devices: Int, microbatches: Int, backward: Int, makespan: Double) throws {
    let durations = try profiled(
      stages: devices, microbatches: microbatches, forward: 1, backward: Double(backward))
    let plan = PipelinePlan.chimera(devices: devices, microbatches: microbatches, durations: durations)
    let timing = try #require(ScheduleTiming(plan.schedule, forward: 1, backward: Double(backward)))
    #expect(timing.makespan == makespan)
    #expect(timing.inFlight.allSatisfy { $0 <= devices })
    #expect(
      durations.confirm(
        try #require(
          PipelineSchedule.chimera.bubble(
            devices: devices, chunks: 1, microbatches: microbatches, stage: durations.stages[0])), of: plan.schedule))
  }

  /// F = 2 and I = W = 1 on four devices, eight microbatches: 3 (2 + 1 - 1) idle beside 8 · 4 of work is 6/38 for zb-h1; zb-h2's
  /// weights do not fill what its longer forwards leave open.
  @Test func closedFormsAreThoseOfTheTimes() throws {
    let durations = try profiled(stages: 4, microbatches: 8, forward: 2, backward: 2)
    func form(_ kind: PipelineSchedule) throws -> BubbleFormula? {
      let form = try #require(kind.bubble(devices: 4, chunks: 1, microbatches: 8, stage: durations.stages[0]))
      let plan = kind.plan(devices: 4, chunks: 1, microbatches: 8, durations: durations)
      return durations.confirm(form, of: plan.schedule) ? form : nil
    }
    #expect(try #require(try form(.zeroBubbleH1)).fractionOfTotal == 6.0 / 38)
    #expect(try form(.zeroBubbleH2) == nil)
    #expect(try #require(try form(.chimera)).fractionOfTotal == 2.0 / 18)
    #expect(try #require(try form(.gpipe)).fractionOfTotal == 3.0 / 11)
  }

  /// A stage of r times the work on r devices in turn keeps up with the first: 3 a microbatch, and the length of the longer stage
  /// once, for 3 and 6 on 1/2 devices, and for 3 and 12 on 1/4.
  @Test(arguments: [2, 4]) func replicatedStagesKeepUp(replicas: Int) throws {
    let durations = StageDurations.units(stages: 2)
    let plan = PipelinePlan.replicated([1, replicas], microbatches: 72, durations: durations)
    let timing = try #require(
      ScheduleTiming(plan.schedule) { durations($0) * ($0.stage == 0 ? 1 : Double(replicas)) })
    #expect(timing.makespan == Double(3 * 72 + 3 * replicas))
  }

  @Test func replicatedStagesNeverWaitInACircle() throws {
    for first in 1...4 {
      for second in 1...4 {
        for third in 1...4 {
          for microbatches in [1, 2, 5, 13, 24] {
            let plan = PipelinePlan.replicated(
              [first, second, third], microbatches: microbatches, durations: .units(stages: 3))
            #expect(ScheduleTiming(units: plan.schedule) != nil, "\(first)/\(second)/\(third), \(microbatches)")
          }
        }
      }
    }
  }

  /// Four devices, 16 microbatches, every half chunk 1: 99 against 96 units of work, with 1F1B's memory.
  @Test func theFoldedScheduleHasNearlyNoBubble() throws {
    let plan = schedule(.zeroBubbleV, stages: 4, microbatches: 16)
    let timing = try #require(ScheduleTiming(plan, forward: 1, backward: 2, weight: 1))
    #expect(timing.makespan == 99)
    #expect(timing.inFlight.allSatisfy { $0 <= 8 })
  }

  /// Kept activations: zb-h1 p on every device, zb-h2 2p - 1, interleaved more than 1F1B by (p - 1) / (p v).
  @Test func memoryOfTheOtherSchedulesFollowsTheFormulas() throws {
    for p in [2, 4, 6] {
      let m = 4 * p
      let h1 = try #require(
        ScheduleTiming(schedule(.zeroBubbleH1, stages: p, microbatches: m), forward: 1, backward: 2, weight: 1))
      #expect(h1.inFlight.allSatisfy { $0 == p })
      let h2 = try #require(
        ScheduleTiming(schedule(.zeroBubbleH2, stages: p, microbatches: m), forward: 1, backward: 2, weight: 1))
      #expect(h2.inFlight.allSatisfy { $0 == 2 * p - 1 })
      for v in [2, 3] {
        let plan = schedule(.interleaved, stages: p, microbatches: m, chunks: v)
        let timing = try #require(ScheduleTiming(plan, forward: 1, backward: 2))
        #expect(timing.inFlight[0] == p * v + p - 1)
      }
      let naive = try #require(
        ScheduleTiming(schedule(.sequential, stages: p, microbatches: 1), forward: 1, backward: 2))
      #expect(abs(naive.bubbleOfTotal - Double(p - 1) / Double(p)) < 1e-12)
    }
  }

  /// Every stage runs forward and backward of every microbatch exactly once, whatever the schedule.
  @Test(arguments: PipelineSchedule.allCases) func everyPlanIsComplete(kind: PipelineSchedule) throws {
    for devices in 1...9 {
      for m in [1, 2, 3, 4, 8, 18]
      where kind.refusal(devices: devices, chunks: 2, microbatches: m) == nil {
        let plan = kind.plan(devices: devices, chunks: 2, microbatches: m)
        let all = plan.schedule.devices.joined()
        for stage in plan.placement.indices {
          for microbatch in 0..<m {
            #expect(all.count { $0 == Action(.forward, stage: stage, microbatch: microbatch) } == 1)
            let whole = all.count { $0 == Action(.backward, stage: stage, microbatch: microbatch) }
            let input = all.count { $0 == Action(.backwardInput, stage: stage, microbatch: microbatch) }
            let weight = all.count { $0 == Action(.backwardWeight, stage: stage, microbatch: microbatch) }
            #expect(whole + input == 1 && input == weight)
          }
        }
        #expect(ScheduleTiming(plan.schedule, forward: 1, backward: 2, weight: 1) != nil)
        #expect(ScheduleTiming(plan.schedule.recomputing(), forward: 1, backward: 2, weight: 1) != nil)
      }
    }
  }

  @Test func aScheduleThatCannotFinishHasNoTiming() throws {
    #expect(ScheduleTiming(try Schedule(parsing: "0B0 0F0"), forward: 1, backward: 1) == nil)
  }
}
