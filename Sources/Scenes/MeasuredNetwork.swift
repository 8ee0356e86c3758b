import Diagnostics
import Networks
import Strategies

extension Scene {
  /// The network with everything that follows from it; profiled layers that do not say how many samples they were measured
  /// with are understood as measured with one of the scene's microbatches.
  ///
  /// - Throws: what is wrong with the network, or with the strategy that decides the number of microbatches.
  public func graph() throws(DiagnosticList) -> Graph { try Graph(measuredNetwork()) }

  /// The same scene with profiled layers that say how many samples they were measured with: what they take then stays the same
  /// for other batches, microbatches and strategies, which grow or shrink with the samples.
  ///
  /// - Throws: as ``graph()``.
  public func withProfileSizes() throws(DiagnosticList) -> Scene {
    var scene = self
    scene.network = try measuredNetwork()
    return scene
  }

  /// Samples of a microbatch, on average where they are unequal: the batch divided by the microbatches, whose number the
  /// strategy decides where the scene does not.
  ///
  /// - Throws: what is wrong with the network or the strategy, where that decides.
  func samplesPerMicrobatch() throws(DiagnosticList) -> Double {
    var count = microbatches
    if count == nil {
      let compiler = Compiler(graph: try Graph(network), training: training, devices: machine.devices)
      count = try compiler.partitioning(for: strategy).microbatches
    }
    return Double(training.batch) / Double(max(count ?? 1, 1))
  }

  private func measuredNetwork() throws(DiagnosticList) -> Network {
    guard network.layers.contains(where: { $0.kind.profile.map { $0.samples == nil } ?? false }) else { return network }
    return network.measured(withSamples: try samplesPerMicrobatch())
  }
}
