import Networks

/// Convolution with different filters at different positions: tiled, or locally connected.
///
/// Positions with one filter form a class, and a class of all samples is one matrix product with that filter. Samples are
/// brought into an order in which a tap of a class reads contiguous words (``SampleLastImages``, ``FilterAxis``), so that the
/// column matrix is made of long runs even where every position is a class of its own and its run is the samples.
struct UntiedConvolutionArithmetic: LayerArithmetic {
  private typealias Words = UnsafeMutablePointer<Float>
  private typealias Source = UnsafePointer<Float>

  private let slots: LayerSlots
  private let samples: Int
  private let outputs: Int
  private let channels: Int
  private let rows: FilterAxis
  private let columns: FilterAxis
  private let inputImages: SampleLastImages
  private let outputImages: SampleLastImages
  private let hasBias: Bool

  /// Samples that are worked on together: enough for a matrix product of one position.
  private static let mostSamples = 64
  /// Columns of a column matrix, at most.
  private static let mostColumns = 512

  init(_ geometry: LayerGeometry, _ slots: LayerSlots, _ window: Window, _ sharing: FilterSharing) {
    self.slots = slots
    let (input, output) = (geometry.inputs[0], geometry.output)
    let filters = sharing.filters(of: Extent(output.h, output.w))
    samples = output.n
    outputs = output.k
    channels = input.k
    hasBias = slots.parameters.count > 1
    let rows = FilterAxis(
      outputs: output.h, inputs: input.h, filters: filters.height, first: geometry.firstFilter.height,
      stride: window.stride.height, kernel: window.kernel.height, before: window.padding.top)
    let columns = FilterAxis(
      outputs: output.w, inputs: input.w, filters: filters.width, first: geometry.firstFilter.width,
      stride: window.stride.width, kernel: window.kernel.width, before: window.padding.left)
    self.rows = rows
    self.columns = columns
    inputImages = SampleLastImages(
      channels: input.k,
      places: (0..<input.h).flatMap { row in
        (0..<input.w).map { column in
          guard let row = rows.place(ofInput: row), let column = columns.place(ofInput: column) else { return -1 }
          return Self.inputPlace(rows, columns, row, column)
        }
      },
      area: rows.residues * columns.residues * rows.inputsPerResidue * columns.inputsPerResidue)
    outputImages = SampleLastImages(
      channels: output.k,
      places: (0..<output.h).flatMap { row in
        let (rowClass, rowNumber) = (row % rows.filters, row / rows.filters)
        return (0..<output.w).map { column in
          let columnClass = column % columns.filters
          return Self.outputPlace(rows, columns, rowClass, columnClass) + rowNumber
            * columns.outputs(ofClass: columnClass) + column / columns.filters
        }
      },
      area: output.h * output.w)
  }

  var workspaceWords: Int {
    let samples = min(samples, Self.mostSamples)
    return inputImages.words(samples: samples) + outputImages.words(samples: samples) + depth * mostColumns
  }

  /// Rows of the column matrix.
  private var depth: Int { channels * rows.kernel * columns.kernel }
  /// Columns of the largest column matrix: of the first class, which is the largest.
  private var mostColumns: Int {
    min(rows.outputs(ofClass: 0) * columns.outputs(ofClass: 0) * min(samples, Self.mostSamples), Self.mostColumns)
  }

  func forward(_ memory: DeviceMemory, _ mode: KernelMode, _ step: Int) {
    let input = Source(memory.address(slots.inputs[0]))
    let weights = Source(memory.address(slots.parameters[0]))
    let bias = hasBias ? Source(memory.address(slots.parameters[1])) : nil
    let output = memory.address(slots.output)
    eachBlock(memory) { block, images, results, gathered in
      inputImages.pack(input + block.first * inputWords, samples: block.samples, into: images)
      eachPiece(block) { piece in
        let target = results + piece.output
        if let bias {
          let bias = bias + piece.filter * outputs
          for channel in 0..<outputs {
            (target + channel * block.outputStride).update(repeating: bias[channel], count: piece.words.count)
          }
        }
        gather(images, piece, block, into: gathered)
        MatrixProduct.multiply(
          .init(weights + piece.filter * outputs * depth, stride: depth), .init(gathered, stride: piece.words.count),
          rows: outputs, columns: piece.words.count, inner: depth, into: target, stride: block.outputStride,
          accumulate: hasBias)
      }
      outputImages.unpack(results, samples: block.samples, into: output + block.first * outputWords)
    }
  }

  func backwardInput(_ memory: DeviceMemory, _ step: Int) {
    guard let slot = slots.inputGradients[0] else { return }
    let inputGradient = memory.address(slot)
    let outputGradient = Source(slots.outputGradient(in: memory))
    let weights = Source(memory.address(slots.parameters[0]))
    eachBlock(memory) { block, images, results, gathered in
      outputImages.pack(outputGradient + block.first * outputWords, samples: block.samples, into: results)
      images.update(repeating: 0, count: inputImages.words(samples: block.samples))
      eachPiece(block) { piece in
        MatrixProduct.multiply(
          .init(weights + piece.filter * outputs * depth, stride: depth, transposed: true),
          .init(results + piece.output, stride: block.outputStride), rows: depth, columns: piece.words.count,
          inner: outputs, into: gathered, stride: piece.words.count, accumulate: false)
        scatter(gathered, piece, block, addingTo: images)
      }
      inputImages.unpack(images, samples: block.samples, into: inputGradient + block.first * inputWords)
    }
  }

  func backwardWeight(_ memory: DeviceMemory, _ accumulate: Bool, _ step: Int) {
    let input = Source(memory.address(slots.inputs[0]))
    let outputGradient = Source(slots.outputGradient(in: memory))
    let filters = rows.filters * columns.filters
    let weightGradient = memory.address(slots.parameterGradients[0])
    let biasGradient = hasBias ? memory.address(slots.parameterGradients[1]) : nil
    if !accumulate {
      // Filters that no position of this part uses have no gradient.
      weightGradient.update(repeating: 0, count: filters * outputs * depth)
      biasGradient?.update(repeating: 0, count: filters * outputs)
    }
    eachBlock(memory) { block, images, results, gathered in
      inputImages.pack(input + block.first * inputWords, samples: block.samples, into: images)
      outputImages.pack(outputGradient + block.first * outputWords, samples: block.samples, into: results)
      eachPiece(block) { piece in
        gather(images, piece, block, into: gathered)
        MatrixProduct.multiply(
          .init(results + piece.output, stride: block.outputStride),
          .init(gathered, stride: piece.words.count, transposed: true), rows: outputs, columns: depth,
          inner: piece.words.count, into: weightGradient + piece.filter * outputs * depth, stride: depth,
          accumulate: true)
        if let biasGradient {
          VectorLoops.rowTotals(
            results + piece.output, rows: outputs, count: piece.words.count, stride: block.outputStride,
            into: biasGradient + piece.filter * outputs, accumulate: true)
        }
      }
    }
  }

  private var inputWords: Int { channels * rows.inputs * columns.inputs }
  private var outputWords: Int { outputs * rows.outputs * columns.outputs }

  // MARK: Samples and classes

  /// Consecutive samples.
  private struct Block {
    var first: Int
    var samples: Int
    /// Words of one output channel.
    var outputStride: Int
  }

  /// Consecutive words of a class: its positions row by row, all samples of the block at each.
  private struct Piece {
    var rowClass: Int
    var columnClass: Int
    var words: Range<Int>
    /// Words of one row of the class's positions.
    var rowWords: Int
    /// Which of the filters.
    var filter: Int
    /// The first word in the packed output's first channel.
    var output: Int
  }

  @inline(__always) private func eachBlock(
    _ memory: DeviceMemory, _ body: (_ block: Block, _ images: Words, _ results: Words, _ gathered: Words) -> Void
  ) {
    let images = memory.workspace(words: workspaceWords)
    let most = min(samples, Self.mostSamples)
    let results = images + inputImages.words(samples: most)
    let gathered = results + outputImages.words(samples: most)
    for first in Swift.stride(from: 0, to: samples, by: Self.mostSamples) {
      let count = min(Self.mostSamples, samples - first)
      body(
        Block(first: first, samples: count, outputStride: outputImages.area * count), images, results, gathered)
    }
  }

  @inline(__always) private func eachPiece(_ block: Block, _ body: (Piece) -> Void) {
    for row in 0..<rows.classes {
      for column in 0..<columns.classes {
        let rowWords = columns.outputs(ofClass: column) * block.samples
        let words = rows.outputs(ofClass: row) * rowWords
        let filter = rows.filter(ofClass: row) * columns.filters + columns.filter(ofClass: column)
        let output = Self.outputPlace(rows, columns, row, column) * block.samples
        for word in Swift.stride(from: 0, to: words, by: Self.mostColumns) {
          body(
            Piece(
              rowClass: row, columnClass: column, words: word..<min(word + Self.mostColumns, words),
              rowWords: rowWords, filter: filter, output: output + word))
        }
      }
    }
  }

  /// The column matrix of a piece: one row per channel and tap, one column per word.
  private func gather(_ images: Source, _ piece: Piece, _ block: Block, into gathered: Words) {
    eachRun(piece, block) { place, column, count in
      VectorLoops.copy(images + place, to: gathered + column, count: count)
    }
  }

  /// The transpose of ``gather(_:_:_:into:)``: adds each word of the column matrix to where it came from.
  private func scatter(_ gathered: Source, _ piece: Piece, _ block: Block, addingTo images: Words) {
    eachRun(piece, block) { place, column, count in
      VectorLoops.add(gathered + column, to: images + place, count: count)
    }
  }

  /// Visits the runs of packed input that make a piece's column matrix: where each begins, there and here, and its length.
  @inline(__always) private func eachRun(
    _ piece: Piece, _ block: Block, _ body: (_ place: Int, _ column: Int, _ count: Int) -> Void
  ) {
    let firstRow = piece.words.lowerBound / piece.rowWords
    let firstWord = piece.words.lowerBound - firstRow * piece.rowWords
    let rowStride = columns.inputsPerResidue * block.samples
    let taps = rows.kernel * columns.kernel
    for tap in 0..<taps {
      let row = rows.source(ofTap: tap / columns.kernel, class: piece.rowClass)
      let column = columns.source(ofTap: tap % columns.kernel, class: piece.columnClass)
      let first = Self.inputPlace(rows, columns, row, column) * block.samples + firstRow * rowStride
      for channel in 0..<channels {
        var place = first + channel * inputImages.area * block.samples
        var target = (channel * taps + tap) * piece.words.count
        var (word, rest) = (firstWord, piece.words.count)
        while rest > 0 {
          let count = min(piece.rowWords - word, rest)
          body(place + word, target, count)
          place += rowStride
          target += count
          word = 0
          rest -= count
        }
      }
    }
  }

  /// Order of a packed channel of input: row residue, column residue, row number, column number.
  private static func inputPlace(
    _ rows: FilterAxis, _ columns: FilterAxis, _ row: (residue: Int, number: Int),
    _ column: (residue: Int, number: Int)
  ) -> Int {
    ((row.residue * columns.residues + column.residue) * rows.inputsPerResidue + row.number)
      * columns.inputsPerResidue + column.number
  }

  /// The first position of a class in a packed channel of output: classes follow one another, each with its rows of positions.
  private static func outputPlace(_ rows: FilterAxis, _ columns: FilterAxis, _ row: Int, _ column: Int) -> Int {
    rows.outputs(beforeClass: row) * columns.outputs + rows.outputs(ofClass: row) * columns.outputs(beforeClass: column)
  }
}
