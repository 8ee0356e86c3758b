import Diagnostics
import Networks
import Testing

@testable import Programs
@testable import Strategies

/// Steps that run into each other leave each other's buffers alone.
@Suite struct BorderTests {
  private func programs() throws -> [Program] {
    let graph = try Graph(
      Network(
        input: .features(5),
        layers: [Layer(.linear(outputs: 7)), Layer(.relu), Layer(.linear(outputs: 6)), Layer(.linear(outputs: 3))]))
    let buckets = GradientBuckets(overlap: .priority)
    return try [
      (Strategy.data(DataParallel(buckets: buckets)), 3), (.data(DataParallel(exchange: .server, buckets: buckets)), 3),
      (.data(DataParallel(shard: .optimizer, buckets: buckets)), 2),
      (.pipeline(PipelineParallel(schedule: .chimera, buckets: buckets)), 2),
    ].map { strategy, devices in
      try Compiler(graph: graph, training: CompilerTests.settings, devices: devices, microbatches: 2).compile(strategy)
    }
  }

  /// Forward follows the update of its layer in the step before, and of no other layer.
  @Test func forwardWaitsForItsOwnUpdateAlone() throws {
    let program = try programs()[0]
    for device in program.devices {
      let ordering = LaneDependencies(device, messages: program.messages)
      for (position, instruction) in device.instructions.enumerated() {
        guard case .forward(let index) = instruction, device.operations[index].microbatch == 0 else { continue }
        let operation = device.operations[index]
        let updates = ordering[position].filter(\.isCarried).compactMap { dependency -> [Int]? in
          guard case .update(let update) = device.instructions[dependency.position] else { return nil }
          return device.updates[update].nodes
        }
        #expect(updates == (operation.parameters.isEmpty ? [] : [[operation.node]]))
      }
    }
  }

  /// A forward that does not wait for the update of the step before is refused, and the place is marked.
  @Test func everyForgottenUpdateIsFound() throws {
    for program in try programs() {
      let verifier = Verifier(program)
      #expect(verifier.checkBorders().isEmpty)
      var forgotten = 0
      for device in program.devices where device.runsAcross {
        let ordering = LaneDependencies(device, messages: program.messages)
        for position in device.instructions.indices {
          guard case .forward = device.instructions[position],
            ordering[position].contains(where: { $0.isCarried && ordering.lanes[$0.lane].exchangeNumber != nil })
          else { continue }
          forgotten += 1
          let findings = verifier.checkBorder(of: device, ordering.forgetting(position))
          #expect(!findings.isEmpty, "\(program.describe(device.instructions[position], on: device.device))")
          #expect(findings.allSatisfy { $0.message.contains("may run before") && $0.message.contains("<-- here") })
        }
      }
      #expect(forgotten >= 3)
    }
  }

  @Test func samplesBelongToTheComputeLane() throws {
    var program = try programs()[0]
    var device = program.devices[0]
    device.replaceInstructions(
      device.instructions.indices.map { position in
        if case .load = device.instructions[position] {
          return (device.instructions[position], .communication, device.actions[position])
        }
        return (device.instructions[position], device.lanes[position], device.actions[position])
      })
    program.devices[0] = device
    #expect(Verifier(program).check().contains { $0.message.contains("samples of another step") })
  }

  /// Where steps end together nothing has changed: two lanes, tied to each other at the border.
  @Test func closedStepsAreJoinedAtTheBorder() throws {
    let graph = try Graph(
      Network(input: .features(5), layers: [Layer(.linear(outputs: 7)), Layer(.linear(outputs: 3))]))
    let program = try Compiler(graph: graph, training: CompilerTests.settings, devices: 2).compile(
      .data(DataParallel(buckets: GradientBuckets(overlap: .on))))
    for device in program.devices {
      #expect(device.laneOrder == [.communication, .compute])
      let ordering = LaneDependencies(device, messages: program.messages)
      let first = try #require(device.lanes.firstIndex(of: .communication))
      #expect(
        ordering[first].contains { $0.isCarried && device.instructions[$0.position] == .endOfStep }
          || ordering[first].contains { !$0.isCarried })
      let last = try #require(device.lanes.lastIndex(of: .communication))
      #expect(device.instructions.last == .endOfStep)
      #expect(ordering[device.instructions.count - 1].map(\.position) == [last])
    }
  }
}
