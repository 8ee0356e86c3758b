import Diagnostics
import Networks
import Programs
import Scenes
import Strategies

/// A scene with its network resolved and its strategy compiled, as every command that runs or simulates needs it.
public struct CompiledScene: Sendable {
  /// Words of workspace that an executor's kernels need for a program, per device.
  public typealias WorkspaceCount = @Sendable (Program) -> [Int]

  public let scene: Scene
  /// Calibrated times of the layers, where the strategy asks for them.
  public let layerSeconds: [Double]?
  public let compiler: Compiler
  public let program: Program

  /// - Parameters:
  ///   - forecaster: tells the layers' times.
  ///   - workspace: asks the executor; nil leaves it out where the machine's devices have a limited memory.
  ///   - cancellation: asked while compiling.
  /// - Throws: why the scene cannot be compiled, or does not fit into its machine's memory; that it was cancelled.
  public init(
    _ scene: Scene, forecaster: Forecaster, workspace: WorkspaceCount? = nil, cancellation: Cancellation = .never
  ) throws(DiagnosticList) {
    self.scene = scene
    let graph = try scene.graph()
    layerSeconds = scene.strategy.needsLayerSeconds ? forecaster.layerSeconds(of: graph, scene.training) : nil
    compiler = Compiler(
      graph: graph, training: scene.training, devices: scene.machine.devices, microbatches: scene.microbatches,
      layerSeconds: layerSeconds, cancellation: cancellation)
    program = try compiler.compile(scene.strategy)
    let shortages = program.memoryShortages(on: scene.machine, workspaceWords: workspace?(program))
    if !shortages.isEmpty { throw DiagnosticList(shortages) }
  }
}
