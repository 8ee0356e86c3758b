import Networks

/// Cross-correlation: directly at stride 1 where rows are long enough for vectors, else as matrix products over
/// cache-resident column tiles.
///
/// At stride 1 the input's gradient is itself a convolution, of the output's gradient with flipped and transposed filters;
/// at other strides it is a product scattered back to where the columns came from.
struct ConvolutionArithmetic: LayerArithmetic {
  private typealias Words = UnsafeMutablePointer<Float>
  private typealias Source = UnsafePointer<Float>

  private let slots: LayerSlots
  private let outputs: Int
  private let hasBias: Bool
  private let tiles: ColumnTiles
  /// At stride 1: the tiles of the convolution that gives the input's gradient.
  private let transposed: ColumnTiles?
  private let direct: DirectConvolution?
  private let directInput: DirectConvolution?
  private let directWeight: DirectWeightGradient?

  init(_ geometry: LayerGeometry, _ slots: LayerSlots, _ window: Window) {
    self.slots = slots
    let (input, output, kernel) = (geometry.inputs[0], geometry.output, window.kernel)
    outputs = output.k
    hasBias = slots.parameters.count > 1
    tiles = ColumnTiles(
      samples: output.n, channels: input.k, inputRows: input.h, inputColumns: input.w, outputRows: output.h,
      outputColumns: output.w, kernel: kernel, stride: window.stride, top: window.padding.top, left: window.padding.left
    )
    transposed =
      window.stride != Extent(1)
      ? nil
      : ColumnTiles(
        samples: output.n, channels: output.k, inputRows: output.h, inputColumns: output.w, outputRows: input.h,
        outputColumns: input.w, kernel: kernel, stride: Extent(1), top: kernel.height - 1 - window.padding.top,
        left: kernel.width - 1 - window.padding.left)
    // A 1 × 1 kernel is one matrix product already.
    let isDirect = window.stride == Extent(1) && kernel != Extent(1)
    direct =
      isDirect && output.w >= 8
      ? DirectConvolution(
        samples: output.n, channels: input.k, inputRows: input.h, inputColumns: input.w, filters: output.k,
        outputRows: output.h, outputColumns: output.w, kernel: kernel, top: tiles.top, left: tiles.left,
        isFlipped: false)
      : nil
    directInput =
      isDirect && input.w >= 8
      ? DirectConvolution(
        samples: output.n, channels: output.k, inputRows: output.h, inputColumns: output.w, filters: input.k,
        outputRows: input.h, outputColumns: input.w, kernel: kernel, top: kernel.height - 1 - tiles.top,
        left: kernel.width - 1 - tiles.left, isFlipped: true)
      : nil
    directWeight =
      isDirect && output.w >= 8
      ? DirectWeightGradient(
        samples: output.n, channels: input.k, inputRows: input.h, inputColumns: input.w, filters: output.k,
        outputRows: output.h, outputColumns: output.w, kernel: kernel, top: tiles.top, left: tiles.left)
      : nil
  }

  var workspaceWords: Int {
    max(
      direct?.workspaceWords ?? forwardTileWords, directInput?.workspaceWords ?? backwardTileWords,
      directWeight?.workspaceWords ?? forwardTileWords)
  }

  private var forwardTileWords: Int { tiles.tilePositions * (tiles.depth + outputs) }

  private var backwardTileWords: Int {
    guard let transposed else { return forwardTileWords }
    return transposed.tilePositions * (transposed.depth + tiles.channels) + outputs * tiles.depth
  }

  func forward(_ memory: DeviceMemory, _ mode: KernelMode, _ step: Int) {
    let input = Source(memory.address(slots.inputs[0]))
    let filters = Source(memory.address(slots.parameters[0]))
    let bias = hasBias ? Source(memory.address(slots.parameters[1])) : nil
    let output = memory.address(slots.output)
    let workspace = memory.workspace(words: workspaceWords)
    if let direct {
      direct.run(input, weights: filters, bias: bias, into: output, workspace: workspace)
    } else {
      Self.correlate(
        tiles, input, filters: filters, bias: bias, into: output, channels: outputs, workspace: workspace)
    }
  }

  func backwardInput(_ memory: DeviceMemory, _ step: Int) {
    guard let slot = slots.inputGradients[0] else { return }
    let inputGradient = memory.address(slot)
    let outputGradient = Source(slots.outputGradient(in: memory))
    let filters = Source(memory.address(slots.parameters[0]))
    let workspace = memory.workspace(words: workspaceWords)
    if let directInput {
      return directInput.run(outputGradient, weights: filters, bias: nil, into: inputGradient, workspace: workspace)
    }
    if let transposed {
      flip(filters, into: workspace)
      Self.correlate(
        transposed, outputGradient, filters: workspace, bias: nil, into: inputGradient, channels: tiles.channels,
        workspace: workspace + outputs * tiles.depth)
      return
    }
    inputGradient.update(repeating: 0, count: tiles.samples * tiles.channels * tiles.inputRows * tiles.inputColumns)
    let columns = workspace
    let gathered = workspace + tiles.tilePositions * tiles.depth
    tiles.forEach { tile in
      let count = tiles.count(tile)
      MatrixProduct.multiply(
        .init(filters, stride: tiles.depth, transposed: true), gradientTile(outputGradient, tile, gathered),
        rows: tiles.depth, columns: count, inner: outputs, into: columns, stride: count, accumulate: false)
      tiles.scatter(columns, tile, addingTo: inputGradient)
    }
  }

  func backwardWeight(_ memory: DeviceMemory, _ accumulate: Bool, _ step: Int) {
    let input = memory.address(slots.inputs[0])
    let outputGradient = slots.outputGradient(in: memory)
    let filterGradient = memory.address(slots.parameterGradients[0])
    let workspace = memory.workspace(words: workspaceWords)
    if !accumulate { filterGradient.update(repeating: 0, count: outputs * tiles.depth) }
    if let directWeight {
      directWeight.run(input, outputGradient, addingTo: filterGradient, workspace: workspace)
    } else {
      tiles.forEach { tile in
        let count = tiles.count(tile)
        let gathered = workspace + tiles.tilePositions * tiles.depth
        tiles.gather(input, tile, into: workspace)
        MatrixProduct.multiply(
          gradientTile(outputGradient, tile, gathered), .init(workspace, stride: count, transposed: true),
          rows: outputs,
          columns: tiles.depth, inner: count, into: filterGradient, stride: tiles.depth, accumulate: true)
      }
    }
    guard hasBias else { return }
    let biasGradient = memory.address(slots.parameterGradients[1])
    for sample in 0..<tiles.samples {
      VectorLoops.rowTotals(
        outputGradient + sample * outputs * tiles.positions, rows: outputs, count: tiles.positions,
        stride: tiles.positions, into: biasGradient, accumulate: accumulate || sample > 0)
    }
  }

  /// `output = filters · columns + bias`, tile by tile.
  private static func correlate(
    _ tiles: ColumnTiles, _ input: Source, filters: Source, bias: Source?, into output: Words, channels: Int,
    workspace: Words
  ) {
    let columns = workspace
    let gathered = workspace + tiles.tilePositions * tiles.depth
    tiles.forEach { tile in
      let count = tiles.count(tile)
      let sampleOutput = output + tile.samples.lowerBound * channels * tiles.positions
      let (target, stride) =
        tiles.spansSamples
        ? (gathered, count) : (sampleOutput + tile.rows.lowerBound * tiles.outputColumns, tiles.positions)
      if let bias {
        for channel in 0..<channels { (target + channel * stride).update(repeating: bias[channel], count: count) }
      }
      let right: MatrixProduct.Operand
      if tiles.isIdentity, !tiles.spansSamples {
        let sample = input + tile.samples.lowerBound * tiles.channels * tiles.positions
        right = .init(sample + tile.rows.lowerBound * tiles.outputColumns, stride: tiles.positions)
      } else {
        tiles.gather(input, tile, into: columns)
        right = .init(columns, stride: count)
      }
      MatrixProduct.multiply(
        .init(filters, stride: tiles.depth), right, rows: channels, columns: count, inner: tiles.depth, into: target,
        stride: stride, accumulate: bias != nil)
      if tiles.spansSamples {
        exchangeSamplesAndChannels(
          gathered, first: channels, second: tile.samples.count, run: tiles.positions, into: sampleOutput)
      }
    }
  }

  /// The output's gradient at a tile's positions as a matrix with one row per channel, copied only if it must be.
  private func gradientTile(_ gradient: Source, _ tile: ColumnTiles.Tile, _ gathered: Words) -> MatrixProduct.Operand {
    let sample = gradient + tile.samples.lowerBound * outputs * tiles.positions
    guard tiles.spansSamples else {
      return .init(sample + tile.rows.lowerBound * tiles.outputColumns, stride: tiles.positions)
    }
    Self.exchangeSamplesAndChannels(
      sample, first: tile.samples.count, second: outputs, run: tiles.positions, into: gathered)
    return .init(gathered, stride: tiles.count(tile))
  }

  /// Transposes the two outer dimensions of `first × second × run`.
  private static func exchangeSamplesAndChannels(
    _ source: Source, first: Int, second: Int, run: Int, into destination: Words
  ) {
    for i in 0..<first {
      for j in 0..<second {
        (destination + (j * first + i) * run).update(from: source + (i * second + j) * run, count: run)
      }
    }
  }

  /// Filters `[out, in, kh, kw]` as `[in, out, kh, kw]` with rows and columns reversed.
  private func flip(_ filters: Source, into flipped: Words) {
    let area = tiles.kernel.height * tiles.kernel.width
    for output in 0..<outputs {
      for channel in 0..<tiles.channels {
        let source = filters + (output * tiles.channels + channel) * area
        let destination = flipped + (channel * outputs + output) * area
        for index in 0..<area { destination[area - 1 - index] = source[index] }
      }
    }
  }
}
