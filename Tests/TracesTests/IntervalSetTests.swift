import Testing
import Traces

@Suite struct IntervalSetTests {
  @Test func unionsComeBeforeLengths() {
    let set = IntervalSet([5..<9, 0..<4, 3..<6, 20..<20, 12..<13])
    #expect(set.intervals == [0..<9, 12..<13])
    #expect(set.length == 10)
  }

  @Test(arguments: UInt64(0)..<60)
  func algebraAgreesWithSetsOfInstants(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    func ranges() -> [Range<Int64>] {
      (0..<Int.random(in: 0...7, using: &random)).map { _ in
        let begin = Int64.random(in: 0..<60, using: &random)
        return begin..<(begin + Int64.random(in: 0...15, using: &random))
      }
    }
    func instants(_ ranges: [Range<Int64>]) -> Set<Int64> { Set(ranges.joined()) }
    let (a, b) = (ranges(), ranges())
    let (left, right) = (IntervalSet(a), IntervalSet(b))
    #expect(instants(left.union(right).intervals) == instants(a).union(instants(b)))
    #expect(instants(left.intersection(right).intervals) == instants(a).intersection(instants(b)))
    #expect(instants(left.subtracting(right).intervals) == instants(a).subtracting(instants(b)))
    #expect(instants(left.clipped(to: 10..<40).intervals) == instants(a).intersection(Set(10..<40)))
    #expect(left.length == Int64(instants(a).count))
  }
}
