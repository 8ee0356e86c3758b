import Kernels
import Networks
import Programs

/// The memory that kernels need beside a program's buffers: the part of a device's peak that only its executor knows.
public enum KernelWorkspace {
  /// Words of each device's workspace, before anything runs: the most that one of its kernels asks for. Measured layers have no
  /// kernels.
  public static func words(of program: Program) -> [Int] {
    var known: [Shape: Int] = [:]
    return program.devices.map { device in
      device.operations.entries.reduce(0) { most, operation in
        guard program.graph.nodes[operation.node].kind.profile == nil else { return most }
        let shape = Shape(operation)
        if let words = known[shape] { return max(most, words) }
        let words = operation.kernel(graph: program.graph, seed: 0).workspaceWords
        known[shape] = words
        return max(most, words)
      }
    }
  }

  /// Words that kernels share which take turns.
  static func words(of kernels: some Sequence<LayerKernel>) -> Int { kernels.map(\.workspaceWords).max() ?? 0 }

  /// What a kernel's workspace depends on: operations of equal shape need not be prepared again.
  private struct Shape: Hashable {
    var geometry: LayerGeometry
    var inputGradients: [Bool]
    var parameters: Int

    init(_ operation: Operation) {
      geometry = operation.geometry
      geometry.origin = Extent4(n: 0, k: 0, h: 0, w: 0)
      inputGradients = operation.inputGradients.map { $0 != nil }
      parameters = operation.parameters.count
    }
  }
}
