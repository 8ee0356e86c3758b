extension FixedWidthInteger {
  /// The nearest whole number; the largest or smallest there is for a value beyond them, and 0 for what is no number.
  public init(saturating value: Double) {
    let whole = value.rounded()
    if let exact = Self(exactly: whole) {
      self = exact
    } else {
      self = whole > 0 ? .max : whole < 0 ? .min : 0
    }
  }

  /// The product, or the largest number where it is larger. Neither factor is negative.
  public func multipliedSaturating(by other: Self) -> Self {
    let (product, overflows) = multipliedReportingOverflow(by: other)
    return overflows ? .max : product
  }

  /// The sum, or the largest number where it is larger. Neither summand is negative.
  public func addedSaturating(_ other: Self) -> Self {
    let (sum, overflows) = addingReportingOverflow(other)
    return overflows ? .max : sum
  }
}

extension Sequence<Int> {
  /// The product of numbers that are not negative, or the largest number where it is larger.
  public var saturatingProduct: Int { reduce(1) { $0.multipliedSaturating(by: $1) } }
}
