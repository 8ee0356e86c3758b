import Networks
import Simulator
import Strategies

/// What layers take by the calibration of this machine, for stages that are balanced by it.
enum LayerTimes {
  /// Seconds of each layer's forward and backward for a batch on one device; nil where the network cannot be compiled.
  static func seconds(_ graph: Graph, _ training: TrainingSettings) -> [Double]? {
    guard let serial = try? Compiler(graph: graph, training: training, devices: 1, microbatches: 1).compile(.serial)
    else { return nil }
    return CalibrationStore.load().document.layerSeconds(of: serial)
  }
}
