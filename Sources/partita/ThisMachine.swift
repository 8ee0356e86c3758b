import Diagnostics
import Engine
import Exploration
import Foundation
import Scenes

extension Forecaster {
  /// What is known of this machine at this moment: what was measured on it or, without that, built-in costs.
  static var ofThisMachine: Forecaster {
    let calibration = CalibrationStore.load()
    return Forecaster(
      calibration: calibration.document, origin: calibration.origin, isMeasured: calibration.isMeasured,
      cores: ProcessInfo.processInfo.activeProcessorCount)
  }
}

extension CompiledScene {
  /// For this machine's engine.
  ///
  /// - Throws: why the scene cannot be compiled, or does not fit into its machine's memory.
  init(_ scene: Scene, _ forecaster: Forecaster) throws(DiagnosticList) {
    try self.init(scene, forecaster: forecaster, workspace: { KernelWorkspace.words(of: $0) })
  }
}
