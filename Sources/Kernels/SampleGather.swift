import Networks

/// Copies boxes of samples from a data set's array into a slot: what a device loads of its microbatch.
public struct SampleGather: Sendable {
  private let features: [Float]
  private let sampleWords: Int
  private let rowWords: Int
  private let planeWords: Int
  private let channels: Range<Int>
  private let rows: Range<Int>
  private let columns: Range<Int>

  /// Prepares the loading of one box per sample.
  ///
  /// - Parameters:
  ///   - features: Samples of `shape.count` words one after the other, channel first.
  ///   - channels: With `rows` and `columns` the box that is taken of each sample.
  public init(features: [Float], shape: Shape, channels: Range<Int>, rows: Range<Int>, columns: Range<Int>) {
    precondition(
      channels.upperBound <= shape.channels && rows.upperBound <= shape.height && columns.upperBound <= shape.width,
      "a box of a sample of \(shape)")
    self.features = features
    sampleWords = shape.count
    planeWords = shape.height * shape.width
    rowWords = shape.width
    self.channels = channels
    self.rows = rows
    self.columns = columns
  }

  /// Words that one sample contributes.
  public var wordsPerSample: Int { channels.count * rows.count * columns.count }

  /// Writes the boxes of samples `numbers[positions]` one after the other into `slot`, which has exactly that size.
  public func copy(_ numbers: [Int], at positions: Range<Int>, into slot: Int, in memory: DeviceMemory) {
    precondition(memory.words(of: slot) == positions.count * wordsPerSample, "slot \(slot) has another size")
    var destination = memory.address(slot)
    let isWholeSample = wordsPerSample == sampleWords
    let isWholePlane = rows.count * columns.count == planeWords
    features.withUnsafeBufferPointer { source in
      for position in positions {
        let first = numbers[position] * sampleWords
        precondition(first >= 0 && first + sampleWords <= source.count, "sample \(numbers[position]) of the set")
        guard !isWholeSample, let base = source.baseAddress else {
          if let base = source.baseAddress { destination.update(from: base + first, count: sampleWords) }
          destination += sampleWords
          continue
        }
        for channel in channels {
          let plane = base + first + channel * planeWords
          if isWholePlane {
            destination.update(from: plane, count: planeWords)
            destination += planeWords
            continue
          }
          for row in rows {
            destination.update(from: plane + row * rowWords + columns.lowerBound, count: columns.count)
            destination += columns.count
          }
        }
      }
    }
  }
}
