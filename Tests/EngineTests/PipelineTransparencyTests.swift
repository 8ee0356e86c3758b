import Networks
import Strategies
import Testing

/// The transparency law for every synchronous pipeline schedule, with and without recomputation.
@Suite struct PipelineTransparencyTests {
  @Test(arguments: 1...8, PipelineSchedule.allCases)
  func schedules(devices: Int, schedule: PipelineSchedule) throws {
    for network in [TransparencyTests.chain, TransparencyTests.residual] {
      for (microbatches, recompute) in [(3, Switch.on), (4, .off), (8, .on), (2 * devices, .off)] {
        let pipeline = PipelineParallel(schedule: schedule, recompute: recompute)
        guard Self.isPossible(pipeline, network, devices: devices, microbatches: microbatches) else { continue }
        try TransparencyTests.check(
          .pipeline(pipeline), network, devices: devices, microbatches: microbatches, steps: 2)
      }
    }
  }

  /// As many stages as the schedule wants need as many layers; the rest is the schedule's own rule.
  static func isPossible(
    _ pipeline: PipelineParallel, _ network: Network, devices: Int, microbatches: Int
  ) -> Bool {
    let schedule = pipeline.schedule
    let stages = schedule == .interleaved || schedule == .zeroBubbleV ? 2 * devices : devices
    if stages > network.layers.count { return false }
    switch schedule {
    case .interleaved: return microbatches % devices == 0
    case .chimera: return devices % 2 == 0 && microbatches % 2 == 0
    default: return true
    }
  }
}
