import Networks

/// Cross-correlation at stride 1 straight from padded images, for outputs of at least eight columns: six (or four) filters
/// times sixteen positions are kept in vector registers while all channels and taps are added, so no column matrix is written
/// or read. The input's gradient is the same with flipped and transposed filters.
struct DirectConvolution {
  typealias Words = UnsafeMutablePointer<Float>
  typealias Source = UnsafePointer<Float>

  /// Pairs of vectors that one block of filters visits before the next block does, so that their inputs stay in L1.
  private static let pairsPerPass = 4

  private let images: PaddedImages
  private let samples: Int
  private let inputWords: Int
  private let filters: Int
  private let kernel: Extent
  private let outputRows: Int
  private let outputColumns: Int
  private let isFlipped: Bool
  /// Filters are worked on in so many sixes, then fours.
  private let sixes: Int
  private let fours: Int

  /// - Parameters:
  ///   - filters: Channels of the output.
  ///   - isFlipped: Whether weights are `[channels, filters, kh, kw]` to be read backwards: the transposed convolution.
  init(
    samples: Int, channels: Int, inputRows: Int, inputColumns: Int, filters: Int, outputRows: Int, outputColumns: Int,
    kernel: Extent, top: Int, left: Int, isFlipped: Bool
  ) {
    self.samples = samples
    self.filters = filters
    self.kernel = kernel
    self.outputRows = outputRows
    self.outputColumns = outputColumns
    self.isFlipped = isFlipped
    inputWords = channels * inputRows * inputColumns
    // An even number of filters is sixes and fours without a rest: as many sixes as leave a multiple of four.
    let even = max(4, (filters + 1) / 2 * 2)
    sixes = (0...even / 6).last { (even - 6 * $0) % 4 == 0 } ?? 0
    fours = (even - 6 * sixes) / 4
    images = PaddedImages(
      channels: channels, inputRows: inputRows, inputColumns: inputColumns, outputRows: outputRows,
      outputColumns: outputColumns, kernel: kernel, top: top, left: left)
  }

  private var depth: Int { images.channels * kernel.height * kernel.width }
  private var packedFilters: Int { 6 * sixes + 4 * fours }
  private var vectorsPerRow: Int { (outputColumns + 7) / 8 }
  private var pairs: Int { (outputRows * vectorsPerRow + 1) / 2 }

  /// Padded image, packed weights, and the table of offsets.
  var workspaceWords: Int { images.words(samples: 1) + depth * packedFilters + depth }

  /// `output = weights * input + bias`
  func run(_ input: Source, weights: Source, bias: Source?, into output: Words, workspace: Words) {
    let padded = workspace
    let packed = padded + images.words(samples: 1)
    let offsets = UnsafeMutableRawPointer(packed + depth * packedFilters).assumingMemoryBound(to: Int32.self)
    pack(weights, into: packed)
    fill(offsets)
    images.clear(padded, samples: 1)
    let positions = outputRows * outputColumns
    for sample in 0..<samples {
      images.copy(input + sample * inputWords, into: padded)
      let output = output + sample * filters * positions
      var first = 0
      while first < pairs {
        let last = min(first + Self.pairsPerPass, pairs)
        for block in 0..<sixes + fours {
          let (filter, size) = self.block(block)
          let (weights, target) = (packed + filter * depth, output + filter * positions)
          let real = min(size, filters - filter)
          let start = SIMD8<Float>(bias, from: filter, count: real)
          for pair in first..<last {
            let (one, two) = (place(2 * pair), place(2 * pair + 1))
            if size == 6 {
              FilterBlock.correlate(
                isFour: false, padded + one.input, padded + two.input, offsets, weights, depth: depth, start: start,
                into: target + one.output, target + two.output, stride: positions, real: real)
            } else {
              FilterBlock.correlate(
                isFour: true, padded + one.input, padded + two.input, offsets, weights, depth: depth, start: start,
                into: target + one.output, target + two.output, stride: positions, real: real)
            }
          }
        }
        first = last
      }
    }
  }

  /// The first filter of a block and how many it has, real or not.
  @inline(__always) private func block(_ index: Int) -> (filter: Int, size: Int) {
    index < sixes ? (6 * index, 6) : (6 * sixes + 4 * (index - sixes), 4)
  }

  /// Where vector `index` begins in padded planes and in output planes. A row's last vector ends with the row and may
  /// overlap the one before; what both compute is the same.
  @inline(__always) private func place(_ index: Int) -> (input: Int, output: Int) {
    let index = min(index, outputRows * vectorsPerRow - 1)
    let row = index / vectorsPerRow
    let column = min((index - row * vectorsPerRow) * 8, outputColumns - 8)
    return (row * images.columns + column, row * outputColumns + column)
  }

  /// Where in the padded image each factor of a position lies, from the position's first.
  private func fill(_ offsets: UnsafeMutablePointer<Int32>) {
    var index = 0
    for channel in 0..<images.channels {
      for i in 0..<kernel.height {
        for j in 0..<kernel.width {
          offsets[index] = Int32(channel * images.planeWords + i * images.columns + j)
          index += 1
        }
      }
    }
  }

  /// Weights in the order in which they are read: per block, per factor, its filters; zeros where there is no filter.
  private func pack(_ weights: Source, into packed: Words) {
    let area = kernel.height * kernel.width
    packed.update(repeating: 0, count: depth * packedFilters)
    for filter in 0..<filters {
      let block = self.block(filter < 6 * sixes ? filter / 6 : sixes + (filter - 6 * sixes) / 4)
      let destination = packed + block.filter * depth + filter - block.filter
      for channel in 0..<images.channels {
        let source =
          weights + (isFlipped ? channel * filters + filter : filter * images.channels + channel) * area
        for index in 0..<area {
          destination[(channel * area + index) * block.size] = source[isFlipped ? area - 1 - index : index]
        }
      }
    }
  }
}

extension SIMD8<Float> {
  /// `count` words of an array that may not be there; zeros else.
  fileprivate init(_ words: UnsafePointer<Float>?, from first: Int, count: Int) {
    self = .zero
    if let words { for index in 0..<count { self[index] = words[first + index] } }
  }
}
