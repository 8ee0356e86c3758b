import Networks
import Programs

/// The filters of a convolution that one part of its work holds: rows and columns of filters. One of each where all positions
/// share theirs, and for every other layer.
struct FilterPart: Hashable {
  var rows = 0..<1
  var columns = 0..<1
  /// Which of them belong to the part's first row and column of output.
  var first = Extent(0)

  var count: Extent { Extent(rows.count, columns.count) }
}

extension Graph.Node {
  /// The filters that the part with output `box` holds when the layer is cut by `split`.
  ///
  /// Along each axis a part holds the filters of its own positions, if those are neighbours and any two parts need either the
  /// same ones or none in common. Otherwise every part holds all, for arrays that overlap could not be reduced as one.
  func filterPart(of box: Box, under split: Split) -> FilterPart {
    guard case .conv2d(_, _, _, let sharing) = kind, sharing != .everywhere else { return FilterPart() }
    let filters = sharing.filters(of: Extent(outputShape.height, outputShape.width))
    let rows = Self.held(by: box.h, ofParts: split.h, of: outputShape.height, filters: filters.height)
    let columns = Self.held(by: box.w, ofParts: split.w, of: outputShape.width, filters: filters.width)
    return FilterPart(
      rows: rows, columns: columns,
      first: Extent(
        box.h.lowerBound % filters.height - rows.lowerBound, box.w.lowerBound % filters.width - columns.lowerBound))
  }

  private static func held(by range: Range<Int>, ofParts parts: Int, of size: Int, filters: Int) -> Range<Int> {
    let all = 0..<filters
    let used = (0..<parts).map { residues(of: (0..<size).cut($0, of: parts), modulo: filters) }
    let different = Set(used.compactMap { $0 }).sorted { $0.lowerBound < $1.lowerBound }
    let areApart = zip(different, different.dropFirst()).allSatisfy { $0.upperBound <= $1.lowerBound }
    guard !used.contains(nil), areApart else { return all }
    return residues(of: range, modulo: filters) ?? all
  }

  /// The residues of a range; nil where they are not one range.
  private static func residues(of range: Range<Int>, modulo modulus: Int) -> Range<Int>? {
    if range.count >= modulus { return 0..<modulus }
    let first = range.lowerBound % modulus
    return first + range.count <= modulus ? first..<first + range.count : nil
  }
}
