import Datasets
import Diagnostics
import Networks

extension DatasetOutline {
  /// What keeps a network from learning from this set with these settings; paths are those of a scene.
  func problems(_ network: Network, outputs: Int, training: TrainingSettings, name: String) -> [Diagnostic] {
    var problems: [Diagnostic] = []
    // One number of words is enough where one side is a vector: images and vectors lie in memory alike.
    if network.input != shape, network.input.count != shape.count || network.input.isImage && shape.isImage {
      problems.append(
        Diagnostic(
          "the network's input is \(network.input), but the samples of \(name) are \(shape)", path: "network.input",
          hint: "write input: \(ScalarText.shape(shape))"))
    }
    let last = "network.layers[\(network.layers.count - 1)]"
    if let classes {
      let isOneValue = network.loss == .meanSquaredError && outputs == 1
      if outputs < classes, !isOneValue {
        problems.append(
          Diagnostic(
            "the network has \(outputs) outputs for the \(classes) classes of \(name)", path: last,
            hint: "end with linear: \(classes)"))
      }
    } else if network.loss == .softmaxCrossEntropy {
      problems.append(
        Diagnostic(
          "softmaxCrossEntropy needs classes, but \(name) has real targets", path: "network.loss",
          hint: "write loss: meanSquaredError"))
    } else if outputs != 1 {
      problems.append(
        Diagnostic(
          "the network has \(outputs) outputs, but \(name) has one target per sample", path: last,
          hint: "end with linear: 1"))
    }
    if training.batch > trainCount {
      problems.append(
        Diagnostic(
          "a batch of \(training.batch) is larger than the \(trainCount) training samples of \(name)",
          path: "training.batch"))
    }
    return problems
  }
}

extension Scene {
  /// Reads or generates the scene's data and checks that the network can learn from it.
  ///
  /// - Throws: a file that cannot be read or is damaged, or what does not fit.
  public func loadDataset() throws(DiagnosticList) -> Dataset {
    if let layer = network.layers.firstIndex(where: { $0.kind.profile != nil }) {
      throw DiagnosticList(
        "layer '\(Graph.names(of: network.layers)[layer])' has measured times and computes nothing",
        path: "network.layers[\(layer)]", location: network.layers[layer].location,
        hint: "a network with profiled layers can be simulated, not trained: partita simulate")
    }
    let dataset = try data.source.load(seed: training.seed)
    let graph = try Graph(network)
    let problems = dataset.outline.problems(network, outputs: graph.headOutputs, training: training, name: dataset.name)
    guard problems.isEmpty else { throw DiagnosticList(problems) }
    return dataset
  }

  /// What is wrong with network and data together, as far as it shows without reading files.
  public func misfits() -> [Diagnostic] {
    guard !network.isMeasured, let outline = data.source.outline, let graph = try? Graph(network) else { return [] }
    return outline.problems(network, outputs: graph.headOutputs, training: training, name: data.source.name)
  }
}

extension Scene {
  /// How many steps at the start of a run are left out of the measurements: page faults, caches and clocks settle in them.
  public static func warmupSteps(of steps: Int) -> Int { min(5, max(0, (steps - 1) / 2)) }
}
