import Diagnostics
import Testing

/// Numbers that people type, and arithmetic that stops at the largest number instead of beyond it.
@Suite struct WholeNumbersTests {
  private let numbers = WholeNumbers(1...65_536)

  @Test func aTextIsANumberOrTooSmallOrTooLargeOrNone() {
    #expect(numbers.reading("1") == .number(1) && numbers.reading("65536") == .number(65_536))
    #expect(numbers.read("+7") == 7 && numbers.read("007") == 7)
    for text in ["0", "-1", "-9223372036854775808", "-9223372036854775809", "-\(String(repeating: "9", count: 400))"] {
      #expect(numbers.reading(text) == .below, "\(text)")
    }
    for text in ["65537", "9223372036854775807", "9223372036854775808", String(repeating: "9", count: 400)] {
      #expect(numbers.reading(text) == .above, "\(text)")
    }
    for text in ["", "-", "+", "x", "1.0", "1e3", " 1", "١", "0x10", "1_000", "--1"] {
      #expect(numbers.reading(text) == .none, "\(text)")
    }
    #expect("\(numbers)" == "a whole number from 1 to 65536")
  }

  @Test func realNumbersBecomeTheNearestWholeOnes() {
    #expect(Int64(saturating: 2.5) == 3 && Int64(saturating: -2.4) == -2 && Int64(saturating: -0.0) == 0)
    // 2⁶³ is the first that has no place; the number before it in double precision is 2⁶³ - 1024.
    #expect(Int64(saturating: 0x1p63) == .max && Int64(saturating: -0x1p63) == .min)
    #expect(Int64(saturating: 0x1p63.nextDown) == .max - 1023)
    #expect(Int64(saturating: 1e300) == .max && Int64(saturating: -.infinity) == .min && Int64(saturating: .nan) == 0)
    #expect(UInt8(saturating: -1) == 0 && UInt8(saturating: 255.4) == 255 && UInt8(saturating: 256) == 255)
  }

  @Test func sumsAndProductsStopAtTheLargest() {
    #expect([1 << 31, 1 << 31].saturatingProduct == 1 << 62 && [1 << 32, 1 << 31].saturatingProduct == .max)
    #expect([Int]().saturatingProduct == 1 && [.max, 0].saturatingProduct == 0)
    #expect(Int.max.addedSaturating(1) == .max && (Int.max - 1).addedSaturating(1) == .max)
  }
}
