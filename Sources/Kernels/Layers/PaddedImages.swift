import Networks

/// Images copied into a border of zeros, so that a window at stride 1 reads every row at a constant distance and no loop
/// asks whether it is inside.
struct PaddedImages {
  typealias Words = UnsafeMutablePointer<Float>
  typealias Source = UnsafePointer<Float>

  let channels: Int
  let rows: Int
  let columns: Int
  private let inputRows: Int
  private let inputColumns: Int
  private let top: Int
  private let left: Int

  /// Vectors at the end of the last row may read as far beyond it.
  static let slack = 8

  /// The padding that a kernel needs for an output of `outputRows × outputColumns`. Negative `top` or `left` crop.
  init(
    channels: Int, inputRows: Int, inputColumns: Int, outputRows: Int, outputColumns: Int, kernel: Extent, top: Int,
    left: Int
  ) {
    self.channels = channels
    self.inputRows = inputRows
    self.inputColumns = inputColumns
    self.top = top
    self.left = left
    rows = outputRows + kernel.height - 1
    columns = outputColumns + kernel.width - 1
  }

  var planeWords: Int { rows * columns }
  /// Words of one padded sample.
  var sampleWords: Int { channels * planeWords }

  /// Words of padded samples with their slack.
  func words(samples: Int) -> Int { samples * sampleWords + Self.slack }

  /// Writes the zeros around `samples` samples; ``copy(_:into:)`` leaves them alone.
  func clear(_ padded: Words, samples: Int) { padded.update(repeating: 0, count: words(samples: samples)) }

  /// Writes one sample between its zeros.
  func copy(_ input: Source, into padded: Words) {
    let (first, last) = (max(0, top), min(rows, inputRows + top))
    let (start, end) = (max(0, left), min(columns, inputColumns + left))
    guard first < last, start < end else { return }
    for channel in 0..<channels {
      var source = input + (channel * inputRows + first - top) * inputColumns + start - left
      var destination = padded + channel * planeWords + first * columns + start
      for _ in first..<last {
        VectorLoops.copy(source, to: destination, count: end - start)
        source += inputColumns
        destination += columns
      }
    }
  }
}
