import Diagnostics
import Engine
import Networks
import Programs
import Scenes
import Strategies

/// A scene with its network resolved and its strategy compiled.
struct CompiledScene {
  let scene: Scene
  let compiler: Compiler
  let program: Program

  init(_ scene: Scene) throws(DiagnosticList) {
    self.scene = scene
    compiler = Compiler(
      graph: try scene.graph(), training: scene.training, devices: scene.machine.devices,
      microbatches: scene.microbatches)
    program = try compiler.compile(scene.strategy)
    let shortages = program.memoryShortages(on: scene.machine, workspaceWords: KernelWorkspace.words(of: program))
    if !shortages.isEmpty { throw DiagnosticList(shortages) }
  }
}
