import ArgumentParser
import Diagnostics
import Scenes

/// The scene and the options that replace its fields, shared by all commands that use one.
struct SceneOptions: ParsableArguments {
  @Argument(help: "A scene file, the name of a scene that comes with the program, or - for standard input.")
  var scene: String

  @OptionGroup var replacements: SceneReplacements

  var strategy: String? { replacements.strategy }
  var microbatches: Int? { replacements.microbatches }
  var seed: UInt64? { replacements.seed }
  var clock: ClockChoice? { replacements.clock }

  /// The scene with all replacements.
  ///
  /// - Parameter standardSteps: the length where the options give none; nil keeps the scene's.
  func load(standardSteps: Int? = nil) throws(DiagnosticList) -> Scene {
    try replacements.load(scene, standardSteps: standardSteps)
  }
}
