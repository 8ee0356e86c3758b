import Diagnostics
import Networks
import Programs
import Testing

@testable import Strategies

/// Where layers are cut into stages: optimal by cost, or by hand; and stages on several devices.
@Suite struct StageBalanceTests {
  private static let settings = TrainingSettings(
    batch: 32, length: .steps(1), optimizer: .sgd, rate: RateSchedule(rate: 0.1), seed: 1)

  private func partitioning(
    _ text: String, devices: Int, microbatches: Int? = nil, layerSeconds: [Double]? = nil
  ) throws -> Partitioning {
    try Compiler(
      graph: SampleNetworks.perceptron, training: Self.settings, devices: devices, microbatches: microbatches,
      layerSeconds: layerSeconds
    ).partitioning(for: Strategy(parsing: text))
  }

  private func largest(_ costs: [Double], _ stages: [Int], _ capacities: [Int]) -> Double {
    capacities.indices.map { stage in
      costs.indices.filter { stages[$0] == stage }.reduce(0) { $0 + costs[$1] } / Double(capacities[stage])
    }.max() ?? 0
  }

  /// Every way of cutting `items` into `count` consecutive parts, none empty.
  private func cuts(items: Int, count: Int) -> [[Int]] {
    if count == 1 { return [[Int](repeating: 0, count: items)] }
    return (count - 1..<items).flatMap { first in
      cuts(items: first, count: count - 1).map { $0 + [Int](repeating: count - 1, count: items - first) }
    }
  }

  /// Against all other cuts of chains of up to nine items, replicated stages included.
  @Test(arguments: 0..<60) func noOtherCutIsBetter(seed: Int) {
    var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 &+ 0x1234_5678_9ABC_DEF1
    func below(_ bound: Int) -> Int {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int(state % UInt64(bound))
    }
    let costs = (0..<below(9) + 1).map { _ in Double(below(20)) }
    let capacities = (0..<below(costs.count) + 1).map { _ in seed.isMultiple(of: 2) ? 1 : below(3) + 1 }
    let found = StageBalance.stages(costs: costs, capacities: capacities)
    let all = cuts(items: costs.count, count: capacities.count)
    #expect(all.contains(found))
    #expect(largest(costs, found, capacities) == all.map { largest(costs, $0, capacities) }.min())
  }

  @Test func balancedStagesMinimiseTheLargest() {
    func stages(_ costs: [Double], _ count: Int) -> [Int] {
      StageBalance.stages(costs: costs, capacities: [Int](repeating: 1, count: count))
    }
    #expect(stages([1, 1, 1, 9, 1, 1], 3) == [0, 0, 0, 1, 2, 2])
    #expect(stages([5, 5], 2) == [0, 1])
    #expect(stages([3, 1, 4, 1, 5], 1) == [0, 0, 0, 0, 0])
    #expect(StageBalance.stages(costs: [1, 1, 1, 1], capacities: [3, 1]) == [0, 0, 0, 1])
  }

  /// Layers of 104, 0, 117, 0, 50 parameters.
  @Test func parametersAndMeasuredTimesWeighOtherwiseThanArithmetic() throws {
    #expect(try partitioning("pipeline(balance=parameters)", devices: 2).stages == [0, 1, 1, 1, 1])
    #expect(
      try partitioning("pipeline(balance=measured)", devices: 2, layerSeconds: [1, 1, 1, 1, 9]).stages
        == [0, 0, 0, 0, 1])
    #expect(
      try partitioning("pipeline(balance=measured)", devices: 3, layerSeconds: [9, 1, 1, 9, 9]).stages
        == [0, 0, 1, 1, 2])
  }

  @Test func stagesAreCutByHand() throws {
    #expect(try partitioning("pipeline(cuts=relu1/linear3)", devices: 3).stages == [0, 1, 1, 1, 2])
    #expect(try partitioning("pipeline(stages=2, cuts=tanh1)", devices: 2).stages == [0, 0, 0, 1, 1])
  }

  @Test func aReplicatedStageTakesMicrobatchesInTurn() throws {
    let plan = try partitioning("pipeline(stages=2, replicas=3/1)", devices: 4, microbatches: 6)
    #expect(plan.stages == [0, 0, 0, 1, 1] || plan.stages == [0, 0, 0, 0, 1])
    #expect(plan.splits[0].description == "m=3 | 0 1 2" && plan.splits[4].description == "n=1 | 3")
    // Microbatch i is the work of replica i mod 3, forward and backward (1F1B-RR).
    for (device, actions) in plan.schedule.devices.enumerated().prefix(3) {
      #expect(Set(actions.compactMap(\.microbatch)) == [device, device + 3])
      #expect(actions.filter { $0.microbatch == device }.map(\.kind) == [.forward, .backward])
      #expect(actions.suffix(2) == [Action(.exchange, stage: 0), Action(.update, stage: 0)])
    }
    #expect(plan.schedule.devices[3].count { $0.kind == .forward } == 6)
    #expect(ScheduleTiming(units: plan.schedule) != nil)
  }

  @Test(arguments: [
    ("pipeline(balance=measured)", 2, "none are known here"),
    ("pipeline(cuts=relu1)", 3, "makes 2 stages, but there are 3"),
    ("pipeline(cuts=conv9)", 2, "names layer 'conv9'"),
    ("pipeline(cuts=linear1)", 2, "'linear1' does not come after 'linear1'"),
    ("pipeline(cuts=tanh1/relu1)", 3, "'relu1' does not come after 'tanh1'"),
    ("pipeline(replicas=3/1)", 6, "needs 4 devices, not 6"),
    ("pipeline(stages=3, replicas=3/1)", 4, "makes 2 stages, not 3"),
    ("pipeline(schedule=gpipe, replicas=3/1)", 4, "schedule gpipe has one device per stage"),
  ])
  func impossibleStagesAreRefusedWithTheReason(text: String, devices: Int, reason: String) throws {
    do {
      _ = try partitioning(text, devices: devices)
      Issue.record("accepted")
    } catch let error as DiagnosticList { #expect(error.description.contains(reason), "\(error)") }
  }
}
