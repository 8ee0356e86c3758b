import Diagnostics
import Networks
import Programs
import Testing

@testable import Strategies

/// How batch normalisation's statistics are shared: texts, groups, bytes, refusals, and what the verifier finds.
@Suite struct BatchStatisticsTests {
  private static let graph = SampleNetworks.convolutional
  private static let channels = 5

  private static func compiler(devices: Int, batch: Int = 12, microbatches: Int? = nil) -> Compiler {
    Compiler(
      graph: graph,
      training: TrainingSettings(batch: batch, length: .steps(1), rate: RateSchedule(rate: 0.1)), devices: devices,
      microbatches: microbatches)
  }

  private static func data(_ statistics: BatchStatistics) -> Strategy { .data(DataParallel(statistics: statistics)) }

  @Test func textsRoundTrip() throws {
    for statistics in [BatchStatistics.local, .synchronised, .ghost(4)] {
      let strategy = Self.data(statistics)
      #expect(try Strategy(parsing: strategy.description) == strategy)
      guard case .layers(var table) = try Strategy(parsing: "conv1 h=2 | 0 1\nflatten1 k=2 | 0 1\nlinear1 n=1 | 0")
      else { return }
      table.statistics = statistics
      #expect(try Strategy(parsing: table.description) == .layers(table))
    }
    #expect(Self.data(.ghost(8)).description == "data(exchange=ring, statistics=ghost, ghost=8)")
    #expect(Self.data(.local).description == "data(exchange=ring)")
    #expect(try Strategy(parsing: "data(statistics=ghost)") == Self.data(.ghost(16)))
    #expect(try Strategy(parsing: "data(ghost=3)") == Self.data(.ghost(3)))
  }

  @Test(arguments: [
    ("statistics", 11), ("statistics all", 12), ("statistics ghost 0", 18), ("statistics local 3", 12),
  ])
  func wrongSettingLinesAreLocated(line: String, column: Int) {
    do throws(DiagnosticList) {
      _ = try Strategy(parsing: "\(line)\nconv1 n=2 | 0 1")
      Issue.record("'\(line)' was accepted")
    } catch {
      #expect(error.all.map { $0.location } == [SourceLocation(line: 1, column: column)], "\(error)")
    }
  }

  @Test func groupsAreTheSameForReferenceAndStrategy() throws {
    let cases: [(BatchStatistics, microbatches: Int, groups: [Int], updates: [Bool])] = [
      (.local, 1, [4, 4, 4], [true, false, false]), (.synchronised, 1, [12], [true]),
      (.synchronised, 2, [6, 6], [true, true]),
      (.ghost(2), 1, [2, 2, 2, 2, 2, 2], Array(repeating: true, count: 6)),
      (.ghost(2), 2, [2, 2, 2, 2, 2, 2], Array(repeating: true, count: 6)),
    ]
    for (statistics, microbatches, groups, updates) in cases {
      let compiler = Self.compiler(devices: 3, microbatches: microbatches)
      let program = try compiler.compile(Self.data(statistics))
      let norm = try compiler.compileReference(of: program).devices[0].operations.entries
        .first { $0.geometry.kind.isBatchNorm }!
      #expect(norm.geometry.statisticsGroups == groups, "\(statistics)")
      #expect(norm.geometry.updatesRunningStatistics == updates, "\(statistics)")
      #expect(program.assumptions.contains { $0.contains("batch normalisation uses the statistics") }, "\(statistics)")
    }
  }

  /// Beside the gradient ring: two exchanges of 2C words for synchronised statistics, for ghost groups the moments of all
  /// groups that are elsewhere.
  @Test(arguments: 2...6) func bytesAreTheClosedForm(devices: Int) throws {
    let compiler = Self.compiler(devices: devices, batch: 2 * devices)
    func bytes(_ statistics: BatchStatistics) throws -> Int {
      let program = try compiler.compile(Self.data(statistics))
      #expect(program.bytesPerStep == program.expectedBytesPerStep)
      return program.bytesPerStep
    }
    let local = try bytes(.local)
    let pair = 2 * Self.channels
    #expect(try bytes(.synchronised) - local == 4 * 2 * pair * devices * (devices - 1))
    #expect(try bytes(.ghost(2)) - local == 4 * pair * (devices - 1))
    #expect(try bytes(.ghost(1)) - local == 4 * 2 * pair * (devices - 1))
  }

  @Test(
    arguments: [
      (5, 3, nil, "a batch of 12 does not consist of whole ghost groups of 5"),
      (24, 1, nil, "a batch of 12 does not consist"), (4, 2, nil, "samples 0..<6 of one part"),
      (4, 1, 2, "microbatch 0, samples 0..<6"),
    ] as [(Int, Int, Int?, String)])
  func brokenGhostGroupsAreRefused(size: Int, devices: Int, microbatches: Int?, reason: String) {
    do throws(DiagnosticList) {
      _ = try Self.compiler(devices: devices, microbatches: microbatches).compile(Self.data(.ghost(size)))
      Issue.record("accepted")
    } catch { #expect(error.description.contains(reason), "\(error)") }
  }

  @Test func aNetworkWithoutBatchNormalisationTakesAnyStatistics() throws {
    let compiler = Compiler(
      graph: SampleNetworks.perceptron, training: CompilerTests.settings, devices: 3)
    let program = try compiler.compile(Self.data(.ghost(4)))
    #expect(try program.bytesPerStep == compiler.compile(Self.data(.local)).bytesPerStep)
  }

  // MARK: - Verifier

  /// Programs whose batch normalisation merges statistics of several devices.
  private static func sharingPrograms() throws -> [Program] {
    let table = """
      statistics synchronised
      conv1 n=2 h=2 | 0 1 2 3
      maxPool1 n=1 | 0
      conv2 n=1 | 0
      linear1 n=1 | 0
      """
    return try [
      compiler(devices: 3).compile(data(.synchronised)), compiler(devices: 3).compile(data(.ghost(2))),
      compiler(devices: 2).compile(.model(split: .h)),
      compiler(devices: 4, microbatches: 2).compile(Strategy(parsing: table)),
    ]
  }

  @Test func soundProgramsPass() throws {
    for program in try Self.sharingPrograms() {
      #expect(Verifier(program).check().isEmpty)
      #expect(program.devices[0].instructions.contains { if case .statistics = $0 { true } else { false } })
    }
  }

  @Test func lostStepsAreFound() throws {
    for program in try Self.sharingPrograms() {
      for device in program.devices.indices {
        let own = program.devices[device]
        for (position, instruction) in own.instructions.enumerated() {
          switch instruction {
          case .statistics, .gradientSums: break
          default: continue
          }
          var mutant = program
          var list = own.instructions.indices.map { (own.instructions[$0], own.lanes[$0], own.actions[$0]) }
          list.remove(at: position)
          mutant.devices[device].replaceInstructions(list)
          let findings = Verifier(mutant).check().map(\.description).joined()
          #expect(findings.contains("used before it is written"), "\(program.describe(instruction, on: device))")
        }
      }
    }
  }

  @Test func membersThatDisagreeAreFound() throws {
    for program in try Self.sharingPrograms() {
      for device in program.devices.indices {
        for index in program.devices[device].operations.indices {
          let operation = program.devices[device].operations[index]
          guard let shared = operation.shared, shared.moments.count > 1 else { continue }
          func mutate(_ change: (inout Operation) -> Void, _ text: String) {
            var mutant = program
            change(&mutant.devices[device].operations[index])
            let findings = Verifier(mutant).check().map(\.description).joined()
            #expect(findings.contains(text), "\(text) in \(findings)")
          }
          let rank = operation.ownMember
          let others = shared.moments.indices.filter { $0 != rank }
          if others.count > 1 {
            mutate({ $0.shared!.moments.swapAt(others[0], others[1]) }, "is not what member")
            mutate({ $0.shared!.gradientSums.swapAt(others[0], others[1]) }, "is not what member")
          }
          mutate({ $0.geometry.statisticsMembers!.counts[rank][0] += 1 }, "other words of its groups")
          mutate({ $0.geometry.statisticsMembers!.counts[others[0]][0] += 1 }, "is not what member")
          mutate({ $0.shared!.moments.removeLast() }, "members instead of")
          mutate({ $0.geometry.statisticsMembers = nil }, "is no member")
        }
      }
    }
  }
}
