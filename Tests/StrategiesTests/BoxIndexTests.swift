import PartitaTesting
import Programs
import Testing

@testable import Strategies

/// The boxes that an index names are exactly those that share samples, whatever lies where.
@Suite struct BoxIndexTests {
  private func box(_ samples: Range<Int>) -> Box { Box(n: samples, k: 0..<1) }

  @Test func findsWhatOverlapsAndNothingElse() {
    let ranges = [4..<8, 0..<4, 0..<12, 8..<8, 10..<12, 3..<5, 4..<8]
    let index = BoxIndex(ranges.map(box))
    for first in 0..<13 {
      for last in first...13 {
        let wanted = ranges.indices.filter { ranges[$0].overlaps(first..<last) }
        #expect(index.places(meeting: first..<last) == wanted, "\(first)..<\(last)")
      }
    }
  }

  /// Each of a thousand devices of a divided batch meets itself alone.
  @Test func disjointSamplesMeetOnce() {
    let index = BoxIndex((0..<1000).map { box(2 * $0..<2 * $0 + 2) })
    #expect((0..<1000).allSatisfy { index.places(meeting: 2 * $0..<2 * $0 + 2) == [$0] })
  }

  @Test func noBoxesMeetNothing() { #expect(BoxIndex([]).places(meeting: 0..<3).isEmpty) }
}
