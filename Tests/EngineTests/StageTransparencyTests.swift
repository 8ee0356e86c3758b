import Networks
import Strategies
import Testing

/// The transparency law for stages and schedules that people write: on any devices, in turns, by hand.
@Suite struct StageTransparencyTests {
  /// Stages 0 and 2 on device 0; a stage on two devices in turn; stages on overlapping groups of devices.
  @Test(arguments: [
    ("stage\nlinear1 n=1 | 0\nstage\nlinear2 n=1 | 1\nstage\nlinear3 n=1 | 0\nlinear4 n=1 | 0", 2),
    ("stage\nlinear1 m=2 | 0 1\nstage\nlinear2 n=1 | 2\nlinear3 n=1 | 2\nlinear4 n=1 | 2", 3),
    ("stage\nlinear1 n=2 | 0 1\nstage\nlinear2 k=2 | 1 2\nlinear3 n=1 | 0\nlinear4 n=1 | 0", 3),
    ("stage\nlinear1 m=2 | 0 1\nstage\nlinear2 m=3 | 2 3 4\nstage\nlinear3 n=1 | 5\nlinear4 k=2 | 5 0", 6),
  ])
  func stagesOnAnyDevices(text: String, devices: Int) throws {
    for microbatches in [3, 6] {
      try TransparencyTests.check(
        Strategy(parsing: text), TransparencyTests.chain, devices: devices, microbatches: microbatches, steps: 3)
    }
  }

  @Test(arguments: [
    ([3, 1], "chain"), ([1, 2], "chain"), ([2, 2], "residual"), ([1, 3, 1], "residual"), ([2, 1, 2], "chain"),
    ([2], "chain"),
  ])
  func replicatedStages(replicas: [Int], name: String) throws {
    let network = name == "chain" ? TransparencyTests.chain : TransparencyTests.residual
    let devices = replicas.reduce(0, +)
    for microbatches in [3, 7, nil] {
      try TransparencyTests.check(
        .pipeline(PipelineParallel(replicas: replicas)), network, devices: devices, microbatches: microbatches, steps: 3
      )
    }
  }

  @Test func stagesCutByHandOrBalancedOtherwise() throws {
    for pipeline in [
      PipelineParallel(cuts: ["gelu1", "linear4"]), PipelineParallel(balance: .parameters),
      PipelineParallel(recompute: .on, balance: .parameters, replicas: [1, 2]),
    ] {
      try TransparencyTests.check(
        .pipeline(pipeline), TransparencyTests.chain, devices: 3, microbatches: 4, steps: 3)
    }
    try TransparencyTests.check(
      .mesh(Mesh(data: 2, pipeline: 2, recompute: .on)), TransparencyTests.chain, devices: 4, microbatches: 3, steps: 3)
  }

  private static let layers = """
    stage
    linear1  n=1 | 0
    gelu1    n=1 | 0
    linear2  n=1 | 0
    dropout1 n=1 | 0
    stage
    tanh1    n=1 | 1
    linear3  n=1 | 1
    leakyRelu1 n=1 | 1
    linear4  n=1 | 1

    """

  /// 1F1B, all forwards first with a repeated forward, halves of backward put off, one after the other.
  @Test(arguments: [
    "schedule 0 | 0F0 0F1 0B0 0F2 0B1 0B2\nschedule 1 | 1F0 1B0 1F1 1B1 1F2 1B2",
    "schedule 0 | 0F0 0F1 0F2 0R2 0B2 0R1 0B1 0R0 0B0\nschedule 1 | 1F0 1F1 1F2 1B2 1B1 1B0 1U",
    "schedule 0 | 0F0 0F1 0F2 0I0 0I1 0I2 0W2 0W0 0W1\nschedule 1 | 1F0 1I0 1F1 1B1 1W0 1F2 1B2",
    "schedule 0 | 0F2 0B2 0F0 0B0 0F1 0B1\nschedule 1 | 1F2 1B2 1F0 1B0 1F1 1B1",
  ])
  func schedulesWrittenByHand(schedule: String) throws {
    try TransparencyTests.check(
      Strategy(parsing: Self.layers + schedule), TransparencyTests.chain, devices: 2, microbatches: 3, steps: 3)
  }
}
