import Networks
import Programs

extension Layout {
  /// How a node is computed. Fan-in and fan-out ownership is there for the input gradient; where nobody needs one, it is
  /// an ordinary cut of outputs.
  func algorithm(of node: Int) -> LayerAlgorithm {
    let algorithm = partitioning.splits[node].algorithm
    return algorithm == .fan && !needsInputGradient(node) ? .boxes : algorithm
  }

  /// Whether the gradient of a linear layer's input goes anywhere.
  func needsInputGradient(_ node: Int) -> Bool {
    let producer = graph.nodes[node].inputs[0]
    return producer >= 0 && needsGradient[producer]
  }

  /// The box of input that an algorithm wants a device to have: its row's part of the inputs for its part of the samples;
  /// nil where the receptive field decides.
  func algorithmNeed(_ consumer: Int, _ holding: Holding) -> Box? {
    guard algorithm(of: consumer) != .boxes else { return nil }
    let rows = partitioning.splits[consumer].k
    let inputs = 0..<graph.nodes[consumer].inputShapes[0].channels
    return Box(n: holding.box.n, k: inputs.cut(holding.part % rows, of: rows))
  }

  /// Who holds what of the weight and the bias of a node that an algorithm computes.
  ///
  /// On a grid the device in row i and column j has block (i, j) of the weight, alone. The bias belongs to a row: its
  /// devices add it to the outputs of different samples and reduce its gradient. With fan-in and fan-out ownership device
  /// i has the blocks of row i and of column i, block (i, i) once; blocks of rows are those that are saved.
  func algorithmOwners(of node: Graph.Node) -> [ParameterOwners.Owner] {
    let split = partitioning.splits[node.index]
    let devices = split.devicesByRow
    let (rows, columns) = (split.k, split.n)
    let outputs = 0..<node.outputShape.channels
    let inputs = 0..<node.inputShapes[0].channels
    return devices.enumerated().flatMap { position, device -> [ParameterOwners.Owner] in
      let (row, column) = (position / columns, position % columns)
      let part = split.part(atGridPosition: position)
      func weight(_ row: Int, _ column: Int, of columns: Int, saver: Int) -> ParameterOwners.Owner {
        let ranges = [outputs.cut(row, of: rows), inputs.cut(column, of: columns)]
        return ParameterOwners.Owner(
          device: device, part: part, ranges: [ranges, nil], group: [device], saver: saver)
      }
      var held: [ParameterOwners.Owner] =
        if split.algorithm == .fan {
          (0..<rows).map { weight(row, $0, of: rows, saver: device) }
            + (0..<rows).filter { $0 != row }.map { weight($0, row, of: rows, saver: devices[$0]) }
        } else {
          [weight(row, column, of: columns, saver: device)]
        }
      if node.parameters.count > 1 {
        held.append(
          ParameterOwners.Owner(
            device: device, part: part, ranges: [nil, [outputs.cut(row, of: rows)]],
            group: devices[row * columns..<(row + 1) * columns].sorted(), saver: devices[row * columns]))
      }
      return held
    }
  }
}

extension DeviceProgram {
  /// The box `ranges` of a node's parameter, which the device holds.
  func held(_ node: Int, _ ordinal: Int, _ ranges: [Range<Int>]) -> HeldParameter {
    parameters.first { $0.node == node && $0.ordinal == ordinal && $0.ranges == ranges }!
  }
}
