import Networks

/// The gradient of filters at stride 1, `dW[k, c, i, j] = Σ dY[k, y, x] · X[c, y + i, x + j]`, as dot products along rows:
/// four filters times up to three taps of a kernel row are kept in vector registers while all positions are added.
struct DirectWeightGradient {
  typealias Words = UnsafeMutablePointer<Float>
  typealias Source = UnsafePointer<Float>

  private let images: PaddedImages
  private let samples: Int
  private let inputWords: Int
  private let filters: Int
  private let kernel: Extent
  private let outputRows: Int
  private let outputColumns: Int
  /// Columns of the output's gradient with zeros up to a whole vector.
  private let wideColumns: Int
  /// Samples that are added before sums leave the registers: four filters' gradients then fit into half of L1.
  private let group: Int

  init(
    samples: Int, channels: Int, inputRows: Int, inputColumns: Int, filters: Int, outputRows: Int, outputColumns: Int,
    kernel: Extent, top: Int, left: Int
  ) {
    self.samples = samples
    self.filters = filters
    self.kernel = kernel
    self.outputRows = outputRows
    self.outputColumns = outputColumns
    inputWords = channels * inputRows * inputColumns
    wideColumns = (outputColumns + 7) / 8 * 8
    group = min(max(samples, 1), max(1, 1024 / (outputRows * wideColumns)))
    images = PaddedImages(
      channels: channels, inputRows: inputRows, inputColumns: inputColumns, outputRows: outputRows,
      outputColumns: outputColumns, kernel: kernel, top: top, left: left)
  }

  private var isWide: Bool { wideColumns == outputColumns }
  private var wideWords: Int { filters * outputRows * wideColumns }

  /// Padded images of a group, and its output gradients if they must be widened.
  var workspaceWords: Int { images.words(samples: group) + (isWide ? 0 : group * wideWords) }

  /// `gradient += dY ⋆ X`
  func run(_ input: Source, _ outputGradient: Source, addingTo gradient: Words, workspace: Words) {
    let padded = workspace
    let widened = padded + images.words(samples: group)
    images.clear(padded, samples: group)
    if !isWide { widened.update(repeating: 0, count: group * wideWords) }
    var first = 0
    while first < samples {
      let count = min(group, samples - first)
      for sample in 0..<count {
        images.copy(input + (first + sample) * inputWords, into: padded + sample * images.sampleWords)
      }
      let source = outputGradient + first * filters * outputRows * outputColumns
      if !isWide { widen(source, rows: count * filters * outputRows, into: widened) }
      addGroup(padded, isWide ? source : Source(widened), count, addingTo: gradient)
      first += count
    }
  }

  private func widen(_ source: Source, rows: Int, into widened: Words) {
    for row in 0..<rows {
      VectorLoops.copy(source + row * outputColumns, to: widened + row * wideColumns, count: outputColumns)
    }
  }

  private func addGroup(_ padded: Source, _ outputGradient: Source, _ count: Int, addingTo gradient: Words) {
    let plane = outputRows * wideColumns
    let shape = TapBlock.Shape(
      samples: count, rows: outputRows, columns: wideColumns, inputSample: images.sampleWords,
      inputRow: images.columns, gradientSample: wideWords, gradientPlane: plane)
    for filter in Swift.stride(from: 0, to: filters, by: 4) {
      let real = min(4, filters - filter)
      for channel in 0..<images.channels {
        for i in 0..<kernel.height {
          var j = 0
          while j < kernel.width {
            let taps = min(3, kernel.width - j)
            let input = padded + channel * images.planeWords + i * images.columns + j
            let target =
              gradient + ((filter * images.channels + channel) * kernel.height + i) * kernel.width + j
            let stride = images.channels * kernel.height * kernel.width
            let dy = outputGradient + filter * plane
            TapBlock.add(taps: taps, input, dy, shape, real: real, into: target, stride: stride)
            j += taps
          }
        }
      }
    }
  }
}
