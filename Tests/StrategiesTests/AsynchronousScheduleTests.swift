import Diagnostics
import Networks
import Programs
import Testing

@testable import Strategies

/// Which version of the weights meets which microbatch: PipeDream and PipeDream-2BW.
@Suite struct AsynchronousScheduleTests {
  private func versions(
    _ schedule: PipelineSchedule, _ rule: WeightVersions.Rule, stages: Int, microbatches: Int, accumulate: Int? = nil
  ) -> WeightVersions {
    WeightVersions(
      schedule.plan(devices: stages, chunks: 1, microbatches: microbatches, accumulate: accumulate).schedule, rule)
  }

  @Test func updatesFollowEveryBackward() {
    #expect(
      PipelineSchedule.pipedream.plan(devices: 3, chunks: 1, microbatches: 4).schedule.description == """
        0F0 0F1 0F2 0B0 0U0 0F3 0B1 0U1 0B2 0U2 0B3 0U3
        1F0 1F1 1B0 1U0 1F2 1B1 1U1 1F3 1B2 1U2 1B3 1U3
        2F0 2B0 2U0 2F1 2B1 2U1 2F2 2B2 2U2 2F3 2B3 2U3
        """)
    #expect(
      PipelineSchedule.pipedream2BW.plan(devices: 2, chunks: 1, microbatches: 5).schedule.description == """
        0F0 0F1 0B0 0F2 0B1 0U1 0F3 0B2 0F4 0B3 0U3 0B4 0U4
        1F0 1B0 1F1 1B1 1U1 1F2 1B2 1F3 1B3 1U3 1F4 1B4 1U4
        """)
  }

  /// I6: in steady state stage k of n (from 1) uses weights n - k updates old.
  @Test(arguments: [4, 8]) func stashedWeightsAreAsOldAsTheStageIsEarly(n: Int) {
    let m = 3 * n
    let table = versions(.pipedream, .forwards, stages: n, microbatches: m)
    #expect(table.updates == m && table.areConsistent && table.carried == 0)
    let steady = (0..<n).map { stage in table.delay(of: Action(.backward, stage: stage, microbatch: m - 1)) }
    #expect(steady == (0..<n).map { n - 1 - $0 })
    for stage in 0..<n {
      #expect(table.forward(stage: stage) == (0..<m).map { max(0, $0 - (n - 1 - stage)) })
      #expect(table.backward(stage: stage) == table.forward(stage: stage))
    }
  }

  @Test(arguments: [1, 2, 4, 8]) func theFirstStagesVersionGoesAlong(n: Int) {
    let table = versions(.pipedream, .firstStages, stages: n, microbatches: 20)
    for stage in 0..<n {
      #expect(table.forward(stage: stage) == (0..<20).map { max(0, $0 - (n - 1)) })
      #expect(table.backward(stage: stage) == table.forward(stage: stage))
    }
  }

  @Test func withoutStashingBackwardFindsNewerWeights() {
    let table = versions(.pipedream, .newest, stages: 4, microbatches: 6)
    #expect(!table.areConsistent)
    for stage in 0..<4 {
      #expect(table.forward(stage: stage) == (0..<6).map { max(0, $0 - (3 - stage)) })
      #expect(table.backward(stage: stage) == Array(0..<6))
    }
  }

  /// I7: every gradient is applied to weights one update newer than its own, on every stage.
  @Test(arguments: 1...8) func twoVersionsMeanADelayOfOne(stages: Int) {
    for microbatches in [1, 3, stages, 2 * stages, 3 * stages + 1, 40] {
      for accumulate in [stages, stages + 3, 2 * stages] {
        let table = versions(
          .pipedream2BW, .previousGroup, stages: stages, microbatches: microbatches, accumulate: accumulate)
        #expect(table.carried == 1)
        #expect(table.updates == (microbatches + accumulate - 1) / accumulate)
        for action in table.used.keys { #expect(table.delay(of: action) == 1) }
        for stage in 0..<stages {
          #expect(table.forward(stage: stage) == (0..<microbatches).map { $0 / accumulate - 1 })
        }
      }
    }
  }

  /// A step that drains takes as long as one of 1F1B: updates take no time here. F = 1, B = 2.
  @Test(arguments: [(2, 4, 15.0), (4, 4, 21), (4, 8, 33)])
  func aDrainedStepTakesAsLongAsOneWithAFlush(stages: Int, microbatches: Int, makespan: Double) throws {
    for schedule in [PipelineSchedule.pipedream, .pipedream2BW] {
      let timing = try #require(
        ScheduleTiming(
          schedule.plan(devices: stages, chunks: 1, microbatches: microbatches).schedule, forward: 1, backward: 2))
      #expect(timing.makespan == makespan)
      #expect(timing.inFlight == (0..<stages).map { min(stages - $0, microbatches) })
    }
  }

  // MARK: Programs

  private static func program(
    _ text: String, stages: Int, microbatches: Int, batch: Int = 40
  ) throws -> (program: Program, compiler: Compiler) {
    let layers = (0..<stages).flatMap { _ in [Layer(.linear(outputs: 6)), Layer(.tanh)] }
    let graph = try Graph(Network(input: .features(6), layers: layers, loss: .meanSquaredError))
    let training = TrainingSettings(
      batch: batch, length: .steps(1), optimizer: .momentum(0.9), rate: RateSchedule(rate: 0.1))
    let compiler = Compiler(graph: graph, training: training, devices: stages, microbatches: microbatches)
    return (try compiler.compile(Strategy(parsing: text)), compiler)
  }

  /// Bytes of parameters on each device are those of one copy times the versions, and nothing else grows.
  @Test(arguments: 1...6) func memoryOfVersionsFollowsTheFormulas(stages: Int) throws {
    for microbatches in [1, 2, 3, stages, 2 * stages, 17] {
      func peaks(_ text: String) throws -> [PeakMemory] {
        let program = try Self.program(text, stages: stages, microbatches: microbatches).program
        return program.devices.map { PeakMemory(of: $0, messages: program.messages) }
      }
      let synchronous = try peaks("pipeline(schedule=1f1b)")
      func counts(_ text: String) throws -> [Int] {
        try zip(peaks("pipeline(\(text))"), synchronous).map { own, one in
          for kind in [BufferKind.gradients, .optimizer, .activations, .buffers] {
            #expect(own.byKind[kind] == one.byKind[kind], "\(kind) of \(text)")
          }
          let (bytes, copy) = (own.byKind[.parameters]!, one.byKind[.parameters]!)
          #expect(bytes % copy == 0)
          return bytes / copy
        }
      }
      let stashing = (0..<stages).map {
        VersionCount.stashing(stage: $0, of: stages, microbatches: microbatches)
      }
      #expect(try counts("schedule=pipedream") == stashing)
      if microbatches >= 2 * stages { #expect(stashing == (0..<stages).map { stages - $0 }) }
      let synced = VersionCount.verticalSync(stages: stages, microbatches: microbatches)
      #expect(
        try counts("schedule=pipedream, weights=vertical-sync") == Array(repeating: synced, count: stages))
      if microbatches >= 2 * stages { #expect(synced == stages) }
      #expect(try counts("schedule=pipedream, weights=none") == Array(repeating: 1, count: stages))
      #expect(try counts("schedule=pipedream-2bw") == Array(repeating: 2, count: stages))
    }
  }

  @Test func whatIsSimplifiedIsSaid() throws {
    for text in ["schedule=pipedream", "schedule=pipedream-2bw", "schedule=pipedream, weights=none"] {
      let said = try Self.program("pipeline(\(text))", stages: 3, microbatches: 8).program.assumptions.joined()
      #expect(said.contains("the pipeline drains after the 8 microbatches of a step"))
      #expect(said.contains("on one device"))
      #expect(said.contains("no gradient of any function") == text.contains("none"))
    }
  }

  @Test(arguments: [
    ("pipeline(schedule=1f1b, weights=stashing)", "no choice of weights"),
    ("pipeline(schedule=pipedream-2bw, weights=none)", "no choice of weights"),
    ("pipeline(schedule=pipedream, accumulate=4)", "accumulate says nothing"),
    ("pipeline(schedule=pipedream-2bw, accumulate=2)", "2 are fewer than 4"),
    ("pipeline(schedule=pipedream-2bw, accumulate=9)", "a step has 8"),
    ("mesh(data=2, pipeline=2, schedule=pipedream, shard=optimizer)", "one version of the weights"),
    ("mesh(data=2, pipeline=2, schedule=pipedream, exchange=sharded-server)", "one version of the weights"),
    ("mesh(data=2, pipeline=2, schedule=pipedream, exchange=server)", "server"),
  ])
  func combinationsThatCannotBeAreRefused(text: String, reason: String) {
    do {
      _ = try Self.program(text, stages: 4, microbatches: 8)
      Issue.record("\(text) was accepted")
    } catch { #expect("\(error)".contains(reason), "\(error)") }
  }

  // MARK: The verifier

  enum Fault: CaseIterable {
    case dropUpdate, dropBackward, readOtherVersion, updateInPlace, updateElsewhere, updateBeforeBackward, dropKept
  }

  @Test(arguments: Fault.allCases) func theVerifierFindsWrongVersions(fault: Fault) throws {
    var random = SeededGenerator(7)
    var broken = 0
    for text in [
      "pipeline(schedule=pipedream)", "pipeline(schedule=pipedream, weights=vertical-sync)",
      "pipeline(schedule=pipedream, weights=none)", "pipeline(schedule=pipedream-2bw)",
      "pipeline(schedule=pipedream-2bw, accumulate=9)",
    ] {
      let sound = try Self.program(text, stages: 3, microbatches: 9).program
      for device in sound.devices.indices {
        for _ in 0..<4 {
          var program = sound
          guard Self.mutate(&program.devices[device], sound, fault, &random) else { continue }
          broken += 1
          let findings = Verifier(program).check()
          #expect(!findings.isEmpty, "\(fault) on device \(device) of \(text) went unnoticed")
          if fault != .dropBackward {
            #expect(findings.contains { $0.description.contains("version") }, "\(fault) on device \(device) of \(text)")
          }
        }
      }
    }
    #expect(broken > 3)
  }

  /// Breaks a device; false where there is nothing to break in that way.
  private static func mutate(
    _ device: inout DeviceProgram, _ program: Program, _ fault: Fault, _ random: inout SeededGenerator
  ) -> Bool {
    var list = device.instructions.indices.map { (device.instructions[$0], device.lanes[$0], device.actions[$0]) }
    func pick(_ matches: (Instruction) -> Bool) -> Int? {
      list.indices.filter { matches(list[$0].0) }.randomElement(using: &random)
    }
    func isUpdate(_ instruction: Instruction) -> Bool { if case .update = instruction { true } else { false } }
    switch fault {
    case .dropUpdate:
      guard let place = pick(isUpdate) else { return false }
      list.remove(at: place)
    case .dropBackward:
      guard let place = pick({ if case .backward = $0 { true } else { false } }) else { return false }
      list.remove(at: place)
    case .readOtherVersion:
      let slots = Dictionary(grouping: device.parameters) { [$0.node, $0.ordinal] }
      guard
        let index = device.operations.indices.filter({ !device.operations[$0].parameters.isEmpty }).randomElement(
          using: &random)
      else { return false }
      let own = device.operations[index].parameters[0]
      let others = slots.values.first { $0.contains { $0.buffer == own } }!.filter { $0.buffer != own }
      guard let other = others.randomElement(using: &random) else { return false }
      device.operations[index].parameters[0] = other.buffer
    case .updateInPlace:
      guard
        let index = device.updates.indices.filter({ device.updates[$0].source != nil }).randomElement(using: &random)
      else { return false }
      device.updates[index].parameter = device.updates[index].source!
      device.updates[index].source = nil
    case .updateElsewhere:
      let roots = Set(device.parameters.map { device.root($0.buffer) })
      guard let index = Array(device.updates.indices).randomElement(using: &random),
        let other = roots.filter({ $0 != device.updates[index].parameter }).min(by: { $0.position < $1.position })
      else { return false }
      device.updates[index].parameter = other
    case .updateBeforeBackward:
      guard let place = list.indices.filter({ isUpdate(list[$0].0) }).dropFirst().randomElement(using: &random),
        let before = list[..<place].lastIndex(where: { isUpdate($0.0) })
      else { return false }
      list.insert(list.remove(at: place), at: before)
    case .dropKept:
      guard
        let place = pick({
          if case .copy(let index) = $0 { device.copies[index].purpose == .parameters } else { false }
        })
      else { return false }
      list.remove(at: place)
    }
    device.replaceInstructions(list)
    return true
  }
}
