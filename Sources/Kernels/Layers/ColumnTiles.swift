import Networks

/// A sliding window over images as matrices small enough for the cache: a *tile* is a set of output positions, and its
/// column matrix has one row per (channel, kernel row, kernel column) and one column per position.
///
/// A tile is either a few output rows of one sample, or, where samples are small, several whole samples.
struct ColumnTiles {
  typealias Words = UnsafeMutablePointer<Float>
  typealias Source = UnsafePointer<Float>

  /// One set of output positions.
  struct Tile {
    var samples: Range<Int>
    var rows: Range<Int>
  }

  let samples: Int
  let channels: Int
  let inputRows: Int
  let inputColumns: Int
  let outputRows: Int
  let outputColumns: Int
  let kernel: Extent
  let stride: Extent
  /// Rows of padding above and columns to the left; negative where the first rows or columns are never looked at.
  let top: Int
  let left: Int

  private let samplesPerTile: Int
  private let rowsPerTile: Int

  /// About as many positions to a tile: 288 rows (32 channels, 3 × 3) of 512 words are 576 KiB.
  private static let wantedPositions = 512

  init(
    samples: Int, channels: Int, inputRows: Int, inputColumns: Int, outputRows: Int, outputColumns: Int, kernel: Extent,
    stride: Extent, top: Int, left: Int
  ) {
    self.samples = samples
    self.channels = channels
    self.inputRows = inputRows
    self.inputColumns = inputColumns
    self.outputRows = outputRows
    self.outputColumns = outputColumns
    self.kernel = kernel
    self.stride = stride
    self.top = top
    self.left = left
    let positions = max(outputRows * outputColumns, 1)
    if 2 * positions <= Self.wantedPositions {
      samplesPerTile = min(max(samples, 1), Self.wantedPositions / positions)
      rowsPerTile = max(outputRows, 1)
    } else {
      samplesPerTile = 1
      let tiles = (positions + Self.wantedPositions - 1) / Self.wantedPositions
      rowsPerTile = max((outputRows + tiles - 1) / tiles, 1)
    }
  }

  /// Rows of the column matrix.
  var depth: Int { channels * kernel.height * kernel.width }
  /// Output positions of one sample.
  var positions: Int { outputRows * outputColumns }
  /// The most positions of a tile.
  var tilePositions: Int { samplesPerTile * rowsPerTile * outputColumns }
  /// True where the column matrix of a sample is the sample.
  var isIdentity: Bool {
    kernel == Extent(1) && stride == Extent(1) && top == 0 && left == 0 && inputRows == outputRows
      && inputColumns == outputColumns
  }
  /// True where a tile's positions lie in several samples, so that a channel's are not contiguous in an activation.
  var spansSamples: Bool { samplesPerTile > 1 }

  /// Visits all tiles in order.
  @inline(__always) func forEach(_ body: (Tile) -> Void) {
    for sample in Swift.stride(from: 0, to: samples, by: samplesPerTile) {
      let samples = sample..<min(sample + samplesPerTile, samples)
      for row in Swift.stride(from: 0, to: outputRows, by: rowsPerTile) {
        body(Tile(samples: samples, rows: row..<min(row + rowsPerTile, outputRows)))
      }
    }
  }

  /// Positions of one tile.
  func count(_ tile: Tile) -> Int { tile.samples.count * tile.rows.count * outputColumns }

  /// Writes the column matrix of a tile, row by row.
  func gather(_ input: Source, _ tile: Tile, into columns: Words) {
    var destination = columns
    for channel in 0..<channels {
      for i in 0..<kernel.height {
        for j in 0..<kernel.width {
          // Output columns whose input column left + j is inside the image.
          let inside = insideColumns(j)
          for sample in tile.samples {
            let plane = input + (sample * channels + channel) * inputRows * inputColumns
            for row in tile.rows {
              let inputRow = row * stride.height - top + i
              if inputRow < 0 || inputRow >= inputRows || inside.isEmpty {
                fill(destination, outputColumns)
              } else {
                fill(destination, inside.lowerBound)
                let source = plane + inputRow * inputColumns + inside.lowerBound * stride.width - left + j
                copy(source, step: stride.width, to: destination + inside.lowerBound, count: inside.count)
                fill(destination + inside.upperBound, outputColumns - inside.upperBound)
              }
              destination += outputColumns
            }
          }
        }
      }
    }
  }

  /// The transpose of ``gather(_:_:into:)``: adds each word of a tile's column matrix to where it came from.
  func scatter(_ columns: Source, _ tile: Tile, addingTo input: Words) {
    var source = columns
    for channel in 0..<channels {
      for i in 0..<kernel.height {
        for j in 0..<kernel.width {
          let inside = insideColumns(j)
          for sample in tile.samples {
            let plane = input + (sample * channels + channel) * inputRows * inputColumns
            for row in tile.rows {
              let inputRow = row * stride.height - top + i
              if inputRow >= 0, inputRow < inputRows, !inside.isEmpty {
                let destination = plane + inputRow * inputColumns + inside.lowerBound * stride.width - left + j
                let words = source + inside.lowerBound
                for index in 0..<inside.count { destination[index * stride.width] += words[index] }
              }
              source += outputColumns
            }
          }
        }
      }
    }
  }

  /// Output columns for which kernel column `j` looks inside the image.
  private func insideColumns(_ j: Int) -> Range<Int> {
    let lower = max(0, (left - j + stride.width - 1) / stride.width)
    let last = inputColumns - 1 + left - j
    let upper = last < 0 ? 0 : min(outputColumns, last / stride.width + 1)
    return min(lower, outputColumns)..<max(min(lower, outputColumns), upper)
  }

  @inline(__always) private func fill(_ destination: Words, _ count: Int) {
    for index in 0..<max(count, 0) { destination[index] = 0 }
  }

  @inline(__always) private func copy(_ source: Source, step: Int, to destination: Words, count: Int) {
    if step == 1 {
      VectorLoops.copy(source, to: destination, count: count)
    } else {
      for index in 0..<count { destination[index] = source[index * step] }
    }
  }
}
