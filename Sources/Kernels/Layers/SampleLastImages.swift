/// Images in an order in which equal places of all samples lie side by side, and what stands at a place is free: channel, then
/// place, then sample. What many small matrix products over the samples need.
struct SampleLastImages {
  typealias Words = UnsafeMutablePointer<Float>
  typealias Source = UnsafePointer<Float>

  let channels: Int
  /// The place of every pixel of a plane; -1 for pixels that have none.
  private let places: [Int]
  /// Places of one channel; some may belong to no pixel and hold zeros.
  let area: Int
  private let isFull: Bool

  init(channels: Int, places: [Int], area: Int) {
    self.channels = channels
    self.places = places
    self.area = area
    isFull = places.count { $0 >= 0 } == area
  }

  func words(samples: Int) -> Int { channels * area * samples }

  /// Brings samples, `n × k × h × w`, into this order.
  func pack(_ images: Source, samples: Int, into packed: Words) {
    if !isFull { packed.update(repeating: 0, count: words(samples: samples)) }
    eachRun(samples) { plane, target, pixels, places in
      for sample in 0..<samples {
        let source = images + (sample * channels * self.places.count + plane)
        let target = packed + (target + sample)
        for pixel in pixels where places[pixel] >= 0 { target[places[pixel] * samples] = source[pixel] }
      }
    }
  }

  /// The way back; pixels without a place become 0.
  func unpack(_ packed: Source, samples: Int, into images: Words) {
    eachRun(samples) { plane, source, pixels, places in
      for sample in 0..<samples {
        let target = images + (sample * channels * self.places.count + plane)
        let source = packed + (source + sample)
        for pixel in pixels { target[pixel] = places[pixel] < 0 ? 0 : source[places[pixel] * samples] }
      }
    }
  }

  /// Sixteen pixels of one channel at a time, a cache line of every sample's, whose places of all samples stay in L1.
  @inline(__always) private func eachRun(
    _ samples: Int, _ body: (_ plane: Int, _ packed: Int, _ pixels: Range<Int>, _ places: UnsafePointer<Int>) -> Void
  ) {
    places.withUnsafeBufferPointer { places in
      guard let first = places.baseAddress else { return }
      for channel in 0..<channels {
        for pixel in Swift.stride(from: 0, to: places.count, by: 16) {
          body(channel * places.count, channel * area * samples, pixel..<min(pixel + 16, places.count), first)
        }
      }
    }
  }
}
