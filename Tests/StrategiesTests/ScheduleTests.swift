import Programs
import Testing

@testable import Strategies

@Suite struct ScheduleTests {
  private func schedule(_ kind: PipelineSchedule, stages: Int, microbatches: Int) -> Schedule {
    Schedule(devices: (0..<stages).map { kind.order(stage: $0, of: stages, microbatches: microbatches) })
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
    for kind in PipelineSchedule.allCases {
      let timing = try #require(
        ScheduleTiming(schedule(kind, stages: stages, microbatches: microbatches), forward: 1, backward: 2))
      #expect(timing.makespan == makespan)
      let (p, m) = (Double(stages), Double(microbatches))
      #expect(abs(timing.bubbleOfTotal - (p - 1) / (m + p - 1)) < 1e-12)
      #expect(abs(timing.bubbleOverIdeal - (p - 1) / m) < 1e-12)
    }
  }

  @Test func aScheduleThatCannotFinishHasNoTiming() throws {
    #expect(ScheduleTiming(try Schedule(parsing: "0B0 0F0"), forward: 1, backward: 1) == nil)
  }

  @Test func balancedStagesMinimiseTheLargest() {
    #expect(StageBalance.stages(costs: [1, 1, 1, 9, 1, 1], count: 3) == [0, 0, 0, 1, 2, 2])
    #expect(StageBalance.stages(costs: [5, 5], count: 2) == [0, 1])
    #expect(StageBalance.stages(costs: [3, 1, 4, 1, 5], count: 1) == [0, 0, 0, 0, 0])
    #expect(StageBalance.stages(costs: [1, 2, 3], count: 3) == [0, 1, 2])
  }
}
