import Datasets
import Kernels
import Networks
import Programs
import Strategies
import Testing

@testable import Engine

/// Peak activation memory of pipelines: microbatches in flight times what a stage keeps of one, by formula and as measured on
/// the engine.
///
/// Eight linear layers of equal width over four devices; `a` is the bytes of one microbatch's activation between two layers.
/// A stage of two layers keeps the inputs of both, 2a for each microbatch in flight; the last one keeps the gradient of the
/// loss too. While it goes backward, a microbatch needs 2a more: two gradients.
@Suite struct ActivationPeakTests {
  private static let (devices, samples, width) = (4, 8, 16)
  private static let a = 4 * samples * width
  /// The targets of a microbatch, one word per sample.
  private static let targets = 4 * samples

  private static let network = Network(
    input: .features(width), layers: (0..<8).map { _ in Layer(.linear(outputs: width, bias: false)) })

  private func settings(_ microbatches: Int) -> TrainingSettings {
    TrainingSettings(
      batch: Self.samples * microbatches, length: .steps(3), optimizer: .sgd, rate: RateSchedule(rate: 0.05), seed: 5)
  }

  private func program(_ text: String, microbatches: Int) throws -> Program {
    try Compiler(
      graph: Graph(Self.network), training: settings(microbatches), devices: Self.devices, microbatches: microbatches
    ).compile(Strategy(parsing: text))
  }

  /// In flight on each device, and bytes kept of each microbatch in flight and needed beside them at the peak.
  private struct Law {
    var inFlight: [Int]
    var kept: [Int]
    var beside: [Int]

    var peaks: [Int] { inFlight.indices.map { inFlight[$0] * kept[$0] + beside[$0] } }
  }

  private func law(_ text: String, microbatches m: Int) -> Law {
    let (a, targets) = (Self.a, Self.targets)
    let oneForward = [4, 3, 2, 1].map { min($0, m) }
    switch text {
    case "pipeline(schedule=gpipe)":
      return Law(
        inFlight: [m, m, m, m], kept: [2 * a, 2 * a, 2 * a, 3 * a], beside: [2 * a, 2 * a, 2 * a, a + targets])
    case "pipeline(schedule=1f1b)":
      return Law(inFlight: oneForward, kept: [2 * a, 2 * a, 2 * a, 3 * a], beside: [2 * a, 2 * a, 2 * a, a + targets])
    // Chunks of one layer; of the last chunk alone the loss's gradient is kept.
    case "pipeline(schedule=interleaved)":
      return Law(inFlight: [11, 9, 7, 5], kept: [a, a, a, a], beside: [2 * a, 2 * a, 2 * a, 2 * a + targets])
    // p in flight everywhere; s of them wait on device s for the weights' half and keep both output gradients with the inputs.
    case "pipeline(schedule=zb-h1)":
      return Law(
        inFlight: [4, 4, 4, 4], kept: [2 * a, 2 * a, 2 * a, 2 * a],
        beside: (0..<4).map { $0 == 0 ? 2 * a : (2 * $0 + 3) * a })
    // Forwards first as long as fewer than four microbatches are kept, so four everywhere; the outer devices have the loss too.
    case "pipeline(schedule=chimera)":
      return Law(
        inFlight: [4, 4, 4, 4], kept: [2 * a, 2 * a, 2 * a, 2 * a],
        beside: [2 * a + targets, 2 * a, 2 * a, 2 * a + targets])
    // The stage's input alone; the last stage keeps the gradient of the loss with it.
    case "pipeline(schedule=gpipe, recompute=on)", "mesh(data=1, pipeline=4, schedule=gpipe, recompute=on)":
      return Law(
        inFlight: [m, m, m, m], kept: [a, a, a, 2 * a], beside: [3 * a, 3 * a, 3 * a, 2 * a + targets])
    default:
      return Law(inFlight: oneForward, kept: [a, a, a, 2 * a], beside: [3 * a, 3 * a, 3 * a, 2 * a + targets])
    }
  }

  @Test(arguments: [
    "pipeline(schedule=gpipe)", "pipeline(schedule=1f1b)", "pipeline(schedule=interleaved)", "pipeline(schedule=zb-h1)",
    "pipeline(schedule=chimera)", "pipeline(schedule=gpipe, recompute=on)", "pipeline(schedule=1f1b, recompute=on)",
    "mesh(data=1, pipeline=4, schedule=gpipe, recompute=on)",
  ])
  func peaksAreMicrobatchesInFlightTimesTheStagesActivations(text: String) throws {
    let microbatches = 8
    let program = try program(text, microbatches: microbatches)
    let law = law(text, microbatches: microbatches)
    #expect(ScheduleFacts(program)?.timing.inFlight == law.inFlight)
    // By formula, in the program's order.
    let formula = program.devices.map { PeakMemory(of: $0, messages: program.messages).byKind[.activations] ?? 0 }
    #expect(formula == law.peaks)
    let data = try DataSource.synthetic(shape: Self.network.input, classes: 10, samples: 128).load(seed: 9)
    let run = try TrainingRun(
      program: program, inference: nil, dataset: data, shuffle: true, training: settings(microbatches))
    run.start()
    run.wait()
    for (device, measured) in run.peaks.enumerated() {
      let bound = PeakMemoryBound(of: program.devices[device], messages: program.messages).byKind[.activations] ?? 0
      // What is in flight is there whatever comes when; messages that come early add up to the bound.
      #expect(measured[.activations] >= law.inFlight[device] * law.kept[device], "device \(device)")
      #expect(measured[.activations] <= bound, "device \(device)")
      if bound == law.peaks[device] { #expect(measured[.activations] == bound, "device \(device)") }
    }
  }

  /// GPipe grows with the microbatches, 1F1B does not.
  @Test(arguments: [1, 2, 4, 8, 12]) func moreMicrobatchesCostMemoryInGPipeAlone(microbatches: Int) throws {
    for text in ["pipeline(schedule=gpipe)", "pipeline(schedule=1f1b)", "pipeline(schedule=gpipe, recompute=on)"] {
      let program = try program(text, microbatches: microbatches)
      let formula = program.devices.map { PeakMemory(of: $0, messages: program.messages).byKind[.activations] ?? 0 }
      #expect(formula == law(text, microbatches: microbatches).peaks, "\(text)")
    }
  }
}
