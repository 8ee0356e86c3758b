import Networks

/// The planes that a pool slides over, one per sample and channel, and where in them each window lies.
struct PoolPlanes {
  let window: Window
  let count: Int
  let inputRows: Int
  let inputColumns: Int
  let outputRows: Int
  let outputColumns: Int

  init(_ geometry: LayerGeometry, _ window: Window) {
    self.window = window
    count = geometry.output.n * geometry.output.k
    inputRows = geometry.inputs[0].h
    inputColumns = geometry.inputs[0].w
    outputRows = geometry.output.h
    outputColumns = geometry.output.w
  }

  var inputWords: Int { inputRows * inputColumns }
  var outputWords: Int { outputRows * outputColumns }

  /// The input rows under output row `row`: where the window begins, perhaps in the padding, and what is inside.
  func rows(of row: Int) -> (first: Int, inside: Range<Int>) {
    Self.span(row * window.stride.height - window.padding.top, window.kernel.height, inputRows)
  }

  /// The input columns under output column `column`.
  func columns(of column: Int) -> (first: Int, inside: Range<Int>) {
    Self.span(column * window.stride.width - window.padding.left, window.kernel.width, inputColumns)
  }

  private static func span(_ first: Int, _ length: Int, _ limit: Int) -> (first: Int, inside: Range<Int>) {
    let lower = min(max(first, 0), limit)
    return (first, lower..<max(lower, min(first + length, limit)))
  }
}

extension Window {
  /// One window over everything.
  static func whole(of input: Extent4) -> Window {
    Window(kernel: Extent(input.h, input.w), stride: Extent(max(input.h, 1), max(input.w, 1)))
  }
}
