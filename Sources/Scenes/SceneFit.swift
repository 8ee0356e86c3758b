import Datasets
import Diagnostics
import Networks

extension Scene {
  /// Reads or generates the scene's data in the shape in which the network reads them.
  ///
  /// - Throws: a file that cannot be read or is damaged, or what does not fit.
  public func loadDataset() throws(DiagnosticList) -> Dataset { try fitted(try readDataset()) }

  /// Reads or generates the scene's data as they are.
  ///
  /// - Throws: a file that cannot be read or is damaged, or a network that computes nothing.
  public func readDataset() throws(DiagnosticList) -> Dataset {
    if let layer = network.layers.firstIndex(where: { $0.kind.profile != nil }) {
      throw DiagnosticList(
        "layer '\(Graph.names(of: network.layers)[layer])' has measured times and computes nothing",
        path: "network.layers[\(layer)]", location: network.layers[layer].location,
        hint: "a network with profiled layers can be simulated, not trained: partita simulate")
    }
    return try samples().load(seed: training.seed)
  }

  /// A data set in the shape in which the network reads its samples.
  ///
  /// - Throws: what keeps the network from learning from it.
  public func fitted(_ dataset: Dataset) throws(DiagnosticList) -> Dataset {
    try dataset.fitted(to: SampleDemand(try Graph(network), batch: training.batch))
  }

  /// Where the samples come from, with what the data take from the network.
  ///
  /// - Throws: what is wrong with the network.
  public func samples() throws(DiagnosticList) -> DataSource {
    data.source.filled(for: SampleDemand(try Graph(network), batch: training.batch))
  }

  /// What is wrong with network and data together, as far as it shows before all of the data are read.
  public func misfits() -> [Diagnostic] {
    guard !network.isMeasured, let graph = try? Graph(network) else { return [] }
    let demand = SampleDemand(graph, batch: training.batch)
    let source = data.source.filled(for: demand)
    let problems = source.problems()
    guard problems.isEmpty else { return problems }
    return source.outline.map { demand.misfits($0, name: source.name) } ?? []
  }
}

extension Scene {
  /// How many steps at the start of a run are left out of the measurements: page faults, caches and clocks settle in them.
  public static func warmupSteps(of steps: Int) -> Int { min(5, max(0, (steps - 1) / 2)) }
}
