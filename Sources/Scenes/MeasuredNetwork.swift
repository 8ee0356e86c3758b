import Diagnostics
import Networks
import Strategies

extension Scene {
  /// The network with everything that follows from it; measured layers are understood as measured with one of the scene's
  /// microbatches, whose number the strategy decides where the scene does not.
  ///
  /// - Throws: what is wrong with the network, or with the strategy that decides the number of microbatches.
  public func graph() throws(DiagnosticList) -> Graph {
    let graph = try Graph(network)
    guard network.isMeasured else { return graph }
    let compiler = Compiler(
      graph: graph, training: training, devices: machine.devices, microbatches: microbatches)
    var count = microbatches
    if count == nil { count = try compiler.partitioning(for: strategy).microbatches }
    return try Graph(network.measured(withSamples: training.batch / max(count ?? 1, 1)))
  }
}
