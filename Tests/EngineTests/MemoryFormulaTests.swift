import Datasets
import Kernels
import Networks
import Programs
import Strategies
import Testing

@testable import Engine

/// The memory by formula is the memory in use: to the byte, kind by kind, workspace included.
@Suite struct MemoryFormulaTests {
  private static let kinds: [(BufferKind, MemoryKind)] = [
    (.parameters, .parameters), (.gradients, .gradients), (.optimizer, .optimizer), (.activations, .activations),
    (.buffers, .buffers), (.workspace, .workspace),
  ]

  @Test(
    arguments: [
      ("serial", 1, true), ("data", 2, true), ("data", 3, true), ("model(split=k)", 2, false),
      ("model(split=k)", 3, false), ("model(split=c)", 2, false), ("model(split=h)", 2, false),
      ("model(split=h)", 3, false), ("model(split=w)", 2, false), ("pipeline(schedule=gpipe)", 2, false),
      ("pipeline(schedule=1f1b)", 3, false), ("pipeline(schedule=pipedream)", 3, false),
      ("pipeline(schedule=pipedream, weights=vertical-sync)", 2, false), ("pipeline(schedule=pipedream-2bw)", 2, false),
    ])
  func measuredPeaksAreTheFormula(text: String, devices: Int, isFixed: Bool) throws {
    let network = TransparencyTests.spatial
    let settings = TrainingSettings(
      batch: 12, length: .steps(2), optimizer: .momentum(0.9), rate: RateSchedule(rate: 0.05), seed: 5)
    let program = try Compiler(
      graph: Graph(network), training: settings, devices: devices,
      microbatches: text.hasPrefix("pipeline") ? 4 : nil
    ).compile(Strategy(parsing: text))
    let data = try DataSource.synthetic(shape: network.input, classes: 5, samples: 48).load(seed: 9)
    let run = try TrainingRun(program: program, inference: nil, dataset: data, shuffle: true, training: settings)
    run.start()
    run.wait()
    let workspace = KernelWorkspace.words(of: program)
    #expect(workspace.contains { $0 > 0 })
    #expect(run.peaks.count == program.devices.count)
    for (device, measured) in run.peaks.enumerated() {
      let formula = PeakMemory(
        of: program.devices[device], messages: program.messages, workspaceWords: workspace[device])
      let bound = PeakMemoryBound(
        of: program.devices[device], messages: program.messages, workspaceWords: workspace[device])
      // Where messages may overtake computing, what is in use depends on when they come, but is never more than the bound.
      for (kind, place) in Self.kinds {
        let (least, most) = (formula.byKind[kind] ?? 0, bound.byKind[kind] ?? 0)
        #expect(measured[place] <= most && least <= most, "\(kind) of device \(device)")
        if least == most { #expect(measured[place] == least, "\(kind) of device \(device)") }
      }
      #expect(measured.total <= bound.total, "all of device \(device)")
      if isFixed {
        for (kind, place) in Self.kinds {
          #expect(measured[place] == formula.byKind[kind] ?? 0, "\(kind) of device \(device)")
        }
        #expect(measured.total == formula.total, "all of device \(device)")
      }
    }
  }
}
