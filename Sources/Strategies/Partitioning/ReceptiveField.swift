import Networks
import Programs

/// What an output box of a layer needs of each input, and the padding that is left for the kernel to add.
struct ReceptiveField {
  /// One box per input of the node.
  var inputs: [Box]
  /// Rows and columns of zeros beyond the border of the whole image; zero for layers without a window.
  var padding = Edges()

  /// Positions of the operands that are read at all: a part of a concatenation may lie outside some of them.
  var operands: [Int] { inputs.indices.filter { !inputs[$0].isEmpty } }

  /// - Parameter summand: the part of the sum over input channels that is computed, of how many.
  init(of node: Graph.Node, output: Box, summand: Summand = Summand()) {
    switch node.kind {
    case .conv2d(_, let window, _, _):
      (inputs, padding) = Self.windowed(node.inputShapes[0], window, output, allChannels: true)
    case .maxPool(let window), .averagePool(let window):
      (inputs, padding) = Self.windowed(node.inputShapes[0], window, output, allChannels: false)
    case .linear, .profiled:
      inputs = [Box(samples: output.n, shape: node.inputShapes[0])]
    case .globalAveragePool:
      var box = Box(samples: output.n, shape: node.inputShapes[0])
      box.k = output.k
      inputs = [box]
    case .flatten:
      let input = node.inputShapes[0]
      var box = Box(samples: output.n, shape: input)
      let pixels = input.height * input.width
      box.k = output.k.lowerBound / pixels..<output.k.upperBound / pixels
      inputs = [box]
    case .concat, .heads:
      var first = 0
      inputs = node.inputShapes.map { shape in
        let channels = output.k.clamped(to: first..<first + shape.channels)
        var box = output
        box.k = channels.lowerBound - first..<channels.upperBound - first
        first += shape.channels
        return box
      }
    case .batchNorm, .relu, .leakyRelu, .sigmoid, .tanh, .gelu, .dropout, .add, .junction:
      inputs = node.inputs.map { _ in output }
    }
    if node.kind.sumsOverInputs { inputs[0].k = inputs[0].k.cut(summand.index, of: summand.count) }
  }

  private static func windowed(
    _ input: Shape, _ window: Window, _ output: Box, allChannels: Bool
  ) -> ([Box], Edges) {
    let rows = reach(output.h, window.stride.height, window.kernel.height, window.padding.top, input.height)
    let columns = reach(output.w, window.stride.width, window.kernel.width, window.padding.left, input.width)
    let box = Box(
      n: output.n, k: allChannels ? 0..<input.channels : output.k, h: rows.inside, w: columns.inside)
    return (
      [box], Edges(top: rows.before, left: columns.before, bottom: rows.after, right: columns.after)
    )
  }

  /// Rows that outputs `range` read: the part inside `0..<size` and how many lie before and after it.
  ///
  /// Where padding reaches past the kernel, windows may lie wholly in it and read nothing. A kernel computes from an input of
  /// at least one row all the same: the nearest one, placed behind the last window, where nothing of it is read.
  private static func reach(
    _ range: Range<Int>, _ stride: Int, _ kernel: Int, _ padding: Int, _ size: Int
  ) -> (inside: Range<Int>, before: Int, after: Int) {
    let first = range.lowerBound * stride - padding
    let end = (range.upperBound - 1) * stride - padding + kernel
    guard first < size, end > 0 else {
      let nearest = end > 0 ? size - 1 : 0
      return (nearest..<nearest + 1, end - first, 0)
    }
    let inside = max(first, 0)..<min(end, size)
    return (inside, max(0, -first), max(0, end - size))
  }
}

/// One of the parts into which a sum over input channels is cut.
struct Summand: Hashable {
  var index = 0
  var count = 1

  /// True where the whole sum is one part.
  var isWhole: Bool { count == 1 }
}

extension LayerKind {
  /// True for layers whose every output sums over all input channels: the ones that a `c` split can cut.
  var sumsOverInputs: Bool {
    switch self {
    case .linear, .conv2d: true
    default: false
    }
  }

  /// The kind as a kernel sees it: outputs, padding and filters of one part.
  func localized(outputs: Int, padding: Edges, filters: FilterPart, summand: Summand = Summand()) -> LayerKind {
    func local(_ window: Window) -> Window {
      Window(kernel: window.kernel, stride: window.stride, padding: padding)
    }
    switch self {
    case .linear(_, let bias): return .linear(outputs: outputs, bias: bias && summand.index == 0)
    case .conv2d(_, let window, let bias, let sharing):
      return .conv2d(
        outputs: outputs, window: local(window), bias: bias && summand.index == 0,
        sharing: sharing == .everywhere ? sharing : .tiled(filters.count))
    case .maxPool(let window): return .maxPool(local(window))
    case .averagePool(let window): return .averagePool(local(window))
    default: return self
    }
  }
}

extension Graph.Node {
  /// Channels of the output that must stay on one device: a flattened image is cut between channels, not inside one,
  /// and joined heads between heads.
  var channelUnit: Int {
    switch kind {
    case .flatten: inputShapes[0].height * inputShapes[0].width
    // Heads stay whole, so that a device can have the outputs of its own heads and no other.
    case .heads: inputShapes[0].channels
    // What is inside a measured layer is not known, so it cannot be cut.
    case .profiled: outputShape.channels
    default: 1
    }
  }

  /// What a `k` cut of the layer counts, for people.
  var channelUnitName: String {
    switch kind {
    case .flatten: "channels before flatten"
    case .heads: "heads"
    case .profiled: "layer measured as a whole"
    default: "outputs"
    }
  }

  /// The box of a parameter that a part works with: `k` cuts the outputs, `c` the inputs, and rows and columns of filters are
  /// those that the part holds. Nil where the part does not use it: a bias enters the sum once.
  func parameterRanges(
    _ parameter: Parameter, output: Box, summand: Summand, filters: FilterPart
  ) -> [Range<Int>]? {
    if parameter.role == .bias, summand.index > 0 { return nil }
    return zip(parameter.axes, parameter.shape).map { axis, count in
      switch axis {
      case .rows: filters.rows
      case .columns: filters.columns
      case .outputs: output.k
      case .inputs: (0..<count).cut(summand.index, of: summand.count)
      case .kernel, .whole: 0..<count
      }
    }
  }
}
