import Diagnostics
import Engine
import Networks
import Programs
import Scenes
import Strategies

/// A scene with its network resolved and its strategy compiled.
struct CompiledScene {
  let scene: Scene
  /// Calibrated times of the layers, where the strategy asks for them.
  let layerSeconds: [Double]?
  let compiler: Compiler
  let program: Program

  init(_ scene: Scene) throws(DiagnosticList) {
    self.scene = scene
    let graph = try scene.graph()
    layerSeconds = scene.strategy.needsLayerSeconds ? LayerTimes.seconds(graph, scene.training) : nil
    compiler = Compiler(
      graph: graph, training: scene.training, devices: scene.machine.devices, microbatches: scene.microbatches,
      layerSeconds: layerSeconds)
    program = try compiler.compile(scene.strategy)
    let shortages = program.memoryShortages(on: scene.machine, workspaceWords: KernelWorkspace.words(of: program))
    if !shortages.isEmpty { throw DiagnosticList(shortages) }
  }
}
