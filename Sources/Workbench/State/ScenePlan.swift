import Diagnostics
import Networks
import Programs
import Scenes
import Strategies
import Traces

/// A scene compiled: its programs, and what follows from them before anything runs.
public struct ScenePlan: Sendable {
  public var scene: Scene
  public var program: Program
  /// Splits, stages and schedule: who owns what.
  public var partitioning: Partitioning
  /// Measured times of the layers, where the strategy asks for them.
  public var layerSeconds: [Double]?
  /// The program as the measurement panels see it, with bytes and memory by formula.
  public var facts: ProgramFacts
  /// The pipeline's bubble by formula; nil where there is no closed form.
  public var bubble: BubbleFormula?
  /// Steps of the whole run; nil where the number of samples is not known before they are read.
  public var steps: Int?

  /// Compiles a scene.
  ///
  /// - Parameter inquiries: asked for workspace, and for measured times of layers where the strategy wants them.
  /// - Throws: why the network, the settings or the strategy cannot be.
  public init(_ scene: Scene, asking inquiries: Inquiries = Inquiries()) throws(DiagnosticList) {
    let problems = scene.problems()
    guard problems.isEmpty else { throw DiagnosticList(problems) }
    if let misfit = scene.machine.topology.misfit(devices: scene.machine.devices) {
      throw DiagnosticList(misfit.message, path: "machine.topology", hint: misfit.hint)
    }
    let graph = try scene.graph()
    layerSeconds = scene.strategy.needsLayerSeconds ? inquiries.layerSeconds?(graph, scene.training) : nil
    let compiler = Compiler(
      graph: graph, training: scene.training, devices: scene.machine.devices, microbatches: scene.microbatches,
      layerSeconds: layerSeconds)
    self.scene = scene
    partitioning = try compiler.partitioning(for: scene.strategy)
    program = try compiler.compile(scene.strategy)
    let workspaceWords = inquiries.workspaceWords?(program)
    let shortages = program.memoryShortages(on: scene.machine, workspaceWords: workspaceWords)
    if !shortages.isEmpty { throw DiagnosticList(shortages) }
    facts = ProgramFacts(program, workspaceWords: workspaceWords, machine: scene.machine)
    bubble = program.bubble
    steps = try scene.samples().outline?.trainCount.map { scene.training.steps(samples: $0) }
  }

  /// Messages that all devices together send in a step.
  public var messagesPerStep: Int { program.messages.count }

  /// The device with the largest peak by formula, with its bytes.
  public var largestPeak: (device: Int, bytes: Int)? {
    facts.memory.enumerated().compactMap { device, peak in peak.total.map { (device, $0) } }.max { $0.1 < $1.1 }
  }
}

/// What the compiler said about the scene on screen.
public enum Compilation: Sendable {
  case plan(ScenePlan)
  case refused([Diagnostic])

  /// Compiles a scene, or says what is wrong.
  public init(_ scene: Scene, asking inquiries: Inquiries = Inquiries()) {
    do {
      self = .plan(try ScenePlan(scene, asking: inquiries))
    } catch {
      self = .refused(error.all)
    }
  }

  public var plan: ScenePlan? { if case .plan(let plan) = self { plan } else { nil } }
  public var problems: [Diagnostic] { if case .refused(let problems) = self { problems } else { [] } }
}
