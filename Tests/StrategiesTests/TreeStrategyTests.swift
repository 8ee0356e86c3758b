import Diagnostics
import Networks
import Programs
import Testing

@testable import Strategies

/// Where the heads of a tree go, and what travels.
@Suite struct TreeStrategyTests {
  /// A trunk with an activation of 13 words, heads of 4 outputs.
  private static func graph(_ loss: Tree.Loss = .independent, copies: Int = 3, after: String = "relu1") throws -> Graph
  {
    try Graph(
      Network(
        input: .features(6),
        layers: [
          Layer(.linear(outputs: 13)), Layer(.relu), Layer(.linear(outputs: 9)), Layer(.tanh),
          Layer(.linear(outputs: 4)),
        ], tree: Tree(after: after, copies: copies, loss: loss)))
  }

  private static func program(_ graph: Graph, _ strategy: Strategy, devices: Int, microbatches: Int? = nil) throws
    -> Program
  {
    try Compiler(
      graph: graph, training: CompilerTests.settings, devices: devices, microbatches: microbatches
    ).compile(strategy)
  }

  @Test func textReadsBack() throws {
    for trunk in TreeParallel.Trunk.allCases {
      let strategy = Strategy.tree(trunk: trunk)
      #expect(try Strategy(parsing: strategy.description) == strategy)
    }
    #expect(try Strategy(parsing: "tree") == .tree(trunk: .single))
    #expect(StrategyKind.all.contains { $0.name == "tree" })
  }

  /// Activations to, and gradients from, every head that is not on device 0: 2·B·|a| words per remote head, and
  /// nothing else; with a common loss the heads' outputs and their gradients too.
  @Test(arguments: 1...5, [nil, 4] as [Int?]) func singleTrunkBytesAreTheClosedForm(devices: Int, microbatches: Int?)
    throws
  {
    let batch = CompilerTests.settings.batch
    for copies in [1, 2, 3, 5] {
      let used = min(devices, copies)
      // Heads lie over the devices in nearly equal runs, the first ones with the trunk.
      let onFirst = copies / used
      let remote = copies - onFirst
      for loss in Tree.Loss.allCases {
        let program = try Self.program(
          Self.graph(loss, copies: copies), .tree(trunk: .single), devices: devices, microbatches: microbatches)
        let perHead = 2 * batch * 13 + (loss == .independent ? 0 : 2 * batch * 4)
        #expect(program.bytesPerStep == 4 * remote * perHead, "\(copies) heads, \(devices) devices, \(loss)")
        #expect(program.bytesPerStep == program.expectedBytesPerStep)
        #expect(program.devices.count == devices)
      }
    }
  }

  /// The trunk by samples: every head gathers what other devices have, and scatters back; the trunk's gradient goes around
  /// a ring.
  @Test(arguments: 2...5) func replicatedTrunkBytesAreTheClosedForm(devices: Int) throws {
    let batch = CompilerTests.settings.batch
    let graph = try Self.graph()
    let program = try Self.program(graph, .tree(trunk: .replicated), devices: devices)
    let used = min(devices, 3)
    let gathered = (0..<3).reduce(0) { words, head in
      let owner = (0..<used).first { (0..<3).cut($0, of: used).contains(head) }!
      return words + 13 * (batch - (0..<batch).cut(owner, of: devices).count)
    }
    let ring = 2 * (devices - 1) * (6 * 13 + 13)
    #expect(program.bytesPerStep == 4 * (2 * gathered + ring))
    #expect(program.bytesPerStep == program.expectedBytesPerStep)
  }

  @Test func headsWithoutATrunkExchangeNothing() throws {
    let graph = try Self.graph(after: "input")
    for trunk in TreeParallel.Trunk.allCases {
      #expect(try Self.program(graph, .tree(trunk: trunk), devices: 3).bytesPerStep == 0)
    }
  }

  @Test func everyHeadIsOnOneDevice() throws {
    let graph = try Self.graph(copies: 5)
    let compiler = Compiler(graph: graph, training: CompilerTests.settings, devices: 3)
    let partitioning = try compiler.partitioning(for: .tree(trunk: .single))
    let owners = graph.nodes.filter { $0.name.hasPrefix("linear2.") }.map { partitioning.splits[$0.index].devices }
    #expect(owners == [[0], [1], [1], [2], [2]])
    #expect(partitioning.lossSplit.k == 3)
    #expect(!(try compiler.compile(.tree(trunk: .single))).seesWholeOutput)
    #expect((try compiler.compile(.data(exchange: .ring))).seesWholeOutput)
  }

  @Test func impossibleCombinationsAreRefused() throws {
    func refusal(_ graph: Graph, _ strategy: Strategy, devices: Int) -> String {
      do {
        _ = try Self.program(graph, strategy, devices: devices)
        return ""
      } catch {
        return "\(error)"
      }
    }
    let plain = try Graph(Network(input: .features(3), layers: [Layer(.linear(outputs: 2))]))
    #expect(refusal(plain, .tree(trunk: .single), devices: 2).contains("needs a network that parts into heads"))
    #expect(refusal(try Self.graph(), .tree(trunk: .replicated), devices: 12).contains("cannot be cut into 12 parts"))
    let loss = "loss k=3 | 0 1 2"
    func table(_ loss: String) throws -> Strategy {
      let rows = try Self.graph().nodes.map { "\($0.name) n=1 | 0" }
      return try Strategy(parsing: (rows + [loss]).joined(separator: "\n"))
    }
    #expect(refusal(try Self.graph(), try table(loss), devices: 3) == "")
    #expect(refusal(try Self.graph(.oracle), try table(loss), devices: 3).contains("cut in n only"))
    #expect(
      refusal(try Self.graph(), try table("loss k=4 | 0 1 2 3"), devices: 4).contains("3 heads cannot be cut into 4"))
  }
}
