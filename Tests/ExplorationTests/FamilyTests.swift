import Networks
import Scenes
import Strategies
import Testing

@testable import Exploration

@Suite struct FamilyTests {
  /// Every start of every family is a strategy, and every strategy's text reads back.
  @Test func pointsAreStrategies() throws {
    for family in NamedFamilies(devices: 4, batch: 16, isMemoryLimited: true, hasTree: false).all {
      #expect(!family.starts.isEmpty && family.starts.allSatisfy { $0.count == family.axes.count })
      for start in family.starts { #expect(family.candidate(start) != nil, "\(family.name)") }
      for number in 0..<min(family.count ?? 0, 400) {
        guard let candidate = family.candidate(family.point(number)) else { continue }
        #expect(try Strategy(parsing: candidate.strategy.description) == candidate.strategy)
      }
    }
  }

  @Test func nothingThatLearnsSomethingElseIsChosen() {
    for family in NamedFamilies(devices: 4, batch: 16, isMemoryLimited: false, hasTree: false).all {
      for number in 0..<min(family.count ?? 0, 400) {
        let text = family.candidate(family.point(number))?.strategy.description ?? ""
        #expect(!text.contains("variable=on") && !text.contains("statistics") && !text.contains("pipedream"))
      }
    }
  }

  @Test func meshesOfOneDimensionAreLeftToTheOthers() throws {
    let families = NamedFamilies(devices: 4, batch: 16, isMemoryLimited: false, hasTree: false).all
    let mesh = try #require(families.first { $0.name == "mesh" })
    let texts = mesh.starts.compactMap { mesh.candidate($0)?.strategy.description }
    #expect(texts.count == 3)
    #expect(texts.contains { $0.contains("data=2, model=2, pipeline=1") })
    #expect(!texts.contains { $0.contains("data=4") || $0.contains("model=4") || $0.contains("pipeline=4") })
  }

  /// Layers that cannot follow the one that they read get lines of their own.
  @Test func tablesHaveLinesForLayersThatCannotFollow() throws {
    let window = Window(kernel: Extent(3), padding: Edges(1))
    let network = Network(
      input: .image(channels: 1, height: 4, width: 4),
      layers: [.conv2d(outputs: 4, window: window), .relu, .flatten, .linear(outputs: 4)].map { Layer($0) })
    let table = LayerTableFamily(try Graph(network), batch: 8, devices: 2)
    #expect(table.layers.map(\.name) == ["conv1", "linear1"])
    let text = table.text([Split(h: 2, devices: [0, 1]), Split(k: 2, devices: [0, 1])])
    #expect(text == "conv1 h=2 | 0 1\nflatten1 n=2 | 0 1\nlinear1 k=2 | 0 1")
    #expect(table.text([Split(k: 2, devices: [0, 1]), Split(devices: [1])]) == "conv1 k=2 | 0 1\nlinear1 n=1 | 1")
    var scene = TinyScenes.perceptron()
    scene.network = network
    let judge = try StrategyJudge(scene, forecaster: .builtIn, clock: .virtual)
    #expect(
      table.text([Split(n: 2, devices: [0, 1]), Split(devices: [1])], exchange: .tree).hasPrefix("exchange tree\n"))
    var twice = 0
    for number in 0..<(table.family().count ?? 0) {
      guard let candidate = table.family().candidate(table.family().point(number)) else {
        twice += 1
        continue
      }
      guard case .feasible = judge.verdict(of: candidate) else {
        Issue.record("\(candidate.strategy) is \(judge.verdict(of: candidate))")
        continue
      }
    }
    // Where nobody adds up gradients one exchange is as good as the other.
    #expect(twice > 0 && twice < (table.family().count ?? 0) / 2)
  }

  @Test func pipelinesAreCutWherePeopleCouldCutThem() throws {
    let scene = TinyScenes.scene(
      [.linear(outputs: 16), .relu, .linear(outputs: 16), .relu, .linear(outputs: 4)], devices: 3)
    let graph = try Graph(scene.network)
    let costs = graph.nodes.map { _ in 1.0 }
    func family(_ stages: Int) -> Family? {
      PipelineFamily(graph, batch: 8, devices: 3, stages: stages, costs: costs, isMemoryLimited: false)?.family
    }
    let two = try #require(family(2))
    #expect(
      two.candidate([1, 0, 0, 2])
        == Candidate(
          try Strategy(parsing: "pipeline(cuts=linear2, replicas=1/2)"), microbatches: 4))
    // Six stages would be those of schedules with two on each device.
    #expect(family(4) == nil && family(6) == nil)
    let three = try #require(family(3))
    #expect(three.candidate([2, 1, 0, 0, 0]) == nil)
    let judge = try StrategyJudge(scene, forecaster: TinyScenes.forecaster, clock: .virtual)
    for family in [two, three] {
      for start in family.starts {
        let candidate = try #require(family.candidate(start))
        #expect(try Strategy(parsing: candidate.strategy.description) == candidate.strategy)
      }
      #expect(family.starts.contains { judge.verdict(of: family.candidate($0)!).seconds != nil })
    }
  }

  @Test func stagesAreCutWhereTheSlowestIsFastest() {
    // One device each: 4 + 4 against 8; two for the first stage: (4 + 4 + 4) / 2 and 4.
    let plan = StagePlanner.plan(costs: [4, 4, 4, 4], shares: [[1, 1]])
    #expect(plan.cuts == [2] && plan.share == 0)
    let shared = StagePlanner.plan(costs: [8, 4, 4, 8], shares: [[1, 2], [2, 1]])
    #expect(shared.cuts == [1] && shared.share == 0)
    #expect(StageFamily.compositions(of: 4, parts: 2) == [[2, 2], [1, 3], [3, 1]])
  }

  @Test func tablesOfStagesCompile() throws {
    let scene = TinyScenes.scene(
      [.linear(outputs: 16), .relu, .linear(outputs: 16), .relu, .linear(outputs: 4)], devices: 3)
    let graph = try Graph(scene.network)
    let stages = try #require(
      StageFamily(graph, batch: 8, devices: 3, stages: 2, costs: graph.nodes.map { _ in 1 }))
    #expect(
      stages.text(cuts: [2], share: [2, 1], sides: [1, 0])
        == "stage\nlinear1 k=2 | 0 1\nstage\nlinear2 n=1 | 2\nlinear3 n=1 | 2")
    let judge = try StrategyJudge(scene, forecaster: TinyScenes.forecaster, clock: .virtual)
    var usable = 0
    for number in 0..<(stages.family.count ?? 0) {
      guard let candidate = stages.family.candidate(stages.family.point(number)) else { continue }
      if judge.verdict(of: candidate).seconds != nil { usable += 1 }
    }
    #expect(usable > 20)
  }

  @Test func reasonsAreCountedWithoutNamesAndNumbers() throws {
    let judge = try StrategyJudge(TinyScenes.perceptron(devices: 3), forecaster: .builtIn, clock: .virtual)
    let verdicts = [5, 6].map { count in
      judge.verdict(of: Candidate(.pipeline(schedule: .oneForwardOneBackward, stages: count)))
    }
    guard case .refused(let reason) = verdicts[0] else {
      Issue.record("it is not refused")
      return
    }
    #expect(verdicts[0] == verdicts[1] && reason.contains("#"))
  }
}
