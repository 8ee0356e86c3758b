/// Random numbers addressed by (seed, stream, index) instead of drawn in a sequence, so that a number does not depend on
/// who computes it or when. The mixing function is the finaliser of SplitMix64 (Steele et al. 2014), applied per key word.
public struct CounterRandom: Hashable, Sendable {
  @usableFromInline let key: UInt64

  /// One stream of numbers; streams of different names or ordinals are independent.
  public init(seed: UInt64, stream: String, ordinal: Int = 0) {
    var key = Self.mix(seed &+ Self.golden)
    for byte in stream.utf8 { key = Self.mix(key ^ UInt64(byte) &+ Self.golden) }
    self.key = Self.mix(key ^ UInt64(bitPattern: Int64(ordinal)) &* Self.golden)
  }

  /// 64 random bits.
  @inlinable public func bits(_ index: Int) -> UInt64 { word(UInt64(bitPattern: Int64(index))) }

  /// Uniform in 0..<1, a multiple of 2⁻²⁴.
  @inlinable public func uniform(_ index: Int) -> Float { Float(bits(index) >> 40) * 0x1p-24 }

  /// Standard normal by the method of Box and Muller.
  public func normal(_ index: Int) -> Float {
    let u = (Double(bits(2 * index) >> 11) + 1) * 0x1p-53
    let v = Double(bits(2 * index + 1) >> 11) * 0x1p-53
    return Float((-2 * log(u)).squareRoot() * cos(2 * .pi * v))
  }

  /// A permutation of `0..<count` (Fisher and Yates).
  public func permutation(_ count: Int) -> [Int] {
    var order = Array(0..<count)
    for last in stride(from: count - 1, to: 0, by: -1) {
      order.swapAt(last, Int(bits(last).multipliedFullWidth(by: UInt64(last + 1)).high))
    }
    return order
  }

  @inlinable func word(_ index: UInt64) -> UInt64 { Self.mix(key &+ index &* Self.golden) }

  @inlinable static var golden: UInt64 { 0x9E37_79B9_7F4A_7C15 }

  @inlinable static func mix(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

import func Foundation.cos
import func Foundation.log
