import Diagnostics
import Networks
import Programs
import Scenes
import Strategies
import Traces

/// Judges candidates for a scene: compiles and simulates each, and holds its memory against a limit.
public struct StrategyJudge: Sendable {
  /// Profiled layers say how many samples they were measured with, so that every candidate finds the same layers.
  public let scene: Scene
  /// The network as it was given.
  private let given: Network
  public let forecaster: Forecaster
  /// Whose time the runs are told in that are simulated.
  public let clock: Clock
  /// Bytes that every device has: as given, else those of the machine's smallest device; nil without a limit.
  public let memoryLimit: Int?
  private let workspace: CompiledScene.WorkspaceCount?
  let graph: Graph
  /// For stages that are balanced by time; nil where the network cannot be compiled on one device.
  let layerSeconds: [Double]?

  /// - Throws: what is wrong with the network.
  public init(
    _ scene: Scene, forecaster: Forecaster, clock: Clock, memoryLimit: Int? = nil,
    workspace: CompiledScene.WorkspaceCount? = nil
  ) throws(DiagnosticList) {
    given = scene.network
    let scene = try scene.withProfileSizes()
    self.scene = scene
    self.forecaster = forecaster
    self.clock = clock
    self.memoryLimit = memoryLimit ?? (0..<scene.machine.devices).compactMap { scene.machine.memory(of: $0) }.min()
    self.workspace = workspace
    graph = try scene.graph()
    layerSeconds = forecaster.layerSeconds(of: graph, scene.training)
  }

  /// The scene with a candidate's strategy.
  public func scene(with candidate: Candidate) -> Scene {
    var scene = scene
    scene.strategy = candidate.strategy
    scene.microbatches = candidate.microbatches
    return scene
  }

  /// The same for a file. Profiled layers say how many samples they were measured with only where their microbatches are not the
  /// candidate's.
  public func document(of candidate: Candidate) -> Scene {
    let scene = scene(with: candidate)
    var plain = scene
    plain.network = given
    return (try? plain.withProfileSizes()) == scene ? plain : scene
  }

  /// - Throws: why the candidate cannot be.
  public func program(of candidate: Candidate) throws(DiagnosticList) -> Program {
    let compiler = Compiler(
      graph: graph, training: scene.training, devices: scene.machine.devices,
      microbatches: candidate.microbatches, layerSeconds: layerSeconds)
    return try compiler.compile(candidate.strategy)
  }

  /// What the device that needs most cannot exceed, however early messages come (`PeakMemoryBound`), workspace included
  /// where an executor was asked for it.
  public func peakBytes(of program: Program) -> Int {
    let words = workspace?(program)
    return program.devices.indices.map { device in
      PeakMemoryBound(
        of: program.devices[device], messages: program.messages, workspaceWords: words.map { $0[device] }
      ).total
    }.max() ?? 0
  }

  /// The simulated step of another network in place of the scene's, trained alike; nil where that cannot be.
  func stepSeconds(of graph: Graph, _ candidate: Candidate) -> Double? {
    let compiler = Compiler(
      graph: graph, training: scene.training, devices: scene.machine.devices, microbatches: candidate.microbatches)
    guard let program = try? compiler.compile(candidate.strategy) else { return nil }
    return try? forecaster.forecast(program, on: scene.machine, clock: clock).stepSeconds
  }

  public func verdict(of candidate: Candidate) -> Judgement {
    do {
      let program = try program(of: candidate)
      var peak: Int?
      if let memoryLimit {
        let bytes = peakBytes(of: program)
        if bytes > memoryLimit { return .tooLarge(peakBytes: bytes) }
        peak = bytes
      }
      let forecast = try forecaster.forecast(program, on: scene.machine, clock: clock)
      return .feasible(seconds: forecast.stepSeconds, peakBytes: peak)
    } catch let problems as DiagnosticList {
      return .refused(Self.kind(of: problems))
    } catch {
      return .refused("\(error)")
    }
  }

  /// The reason without names and numbers, so that candidates that fail alike are counted together.
  static func kind(of problems: DiagnosticList) -> String {
    var text = problems.all.first?.message ?? "refused"
    if let end = text.range(of: "': "), text.hasPrefix("layer '") { text = "a layer: " + text[end.upperBound...] }
    var words: [String] = []
    for word in text.prefix(while: { $0 != "\n" }).split(separator: " ") {
      if let equals = word.firstIndex(of: "=") {
        words.append("\(word[...equals])…\(word.hasSuffix(",") ? "," : "")")
      } else {
        words.append(word.allSatisfy(\.isNumber) ? "#" : String(word))
      }
    }
    return words.joined(separator: " ")
  }
}
