import Screens
import Testing

@Suite("Layout")
struct LayoutTests {
  /// Numbers that look random and are the same in every run.
  struct Stream {
    var state: UInt64

    mutating func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
  }

  @Test("Parts lie in order inside the whole, and fill it where one of them has a share")
  func properties() {
    var random = Stream(state: 1)
    for _ in 0..<3000 {
      let parts = (0..<random.next(6)).map { _ -> Extent in
        switch random.next(3) {
        case 0: .fixed(random.next(20) - 2)
        case 1: .minimum(random.next(20), share: Double(random.next(4)))
        default: .share(Double(random.next(5)) / 2)
        }
      }
      let rect = Rect(
        x: random.next(40) - 20, y: random.next(40) - 20, width: random.next(60), height: random.next(60))
      let gap = random.next(3)
      for (whole, split) in [(rect, rect.rows(parts, gap: gap)), (rect, rect.columns(parts, gap: gap))] {
        #expect(split.count == parts.count)
        for part in split { #expect(whole.intersection(part) == part || part.isEmpty) }
        for (first, second) in zip(split, split.dropFirst()) { #expect(first.intersection(second).isEmpty) }
      }
      let lengths = Extent.lengths(of: parts, within: rect.width)
      #expect(lengths.allSatisfy { $0 >= 0 } && lengths.reduce(0, +) <= rect.width)
      let hasShare = parts.contains { part in
        switch part {
        case .fixed: false
        case .minimum(_, let share), .share(let share): share > 0
        }
      }
      if hasShare { #expect(lengths.reduce(0, +) == rect.width) }
    }
  }

  @Test(
    "Lengths",
    arguments: [
      ([.fixed(3), .share(1), .share(1)], 10, [3, 4, 3]),
      ([.share(1), .share(2)], 10, [3, 7]),
      ([.minimum(6), .share()], 10, [8, 2]),
      ([.fixed(8), .fixed(8), .share()], 10, [8, 2, 0]),
      ([.minimum(4, share: 0), .fixed(-2)], 10, [4, 0]),
      ([.share(.nan), .share(-1)], 10, [0, 0]),
      ([.share()], -5, [0]),
      ([], 5, []),
    ] as [([Extent], Int, [Int])])
  func lengths(parts: [Extent], total: Int, expected: [Int]) {
    #expect(Extent.lengths(of: parts, within: total) == expected)
  }

  @Test("A rectangle's parts stay inside at any size")
  func rectangles() {
    let rect = Rect(x: 2, y: 3, width: 4, height: 1)
    #expect(rect.inset(horizontal: 1, vertical: 1) == Rect(x: 3, y: 4, width: 2, height: 0))
    #expect(rect.dropping(columns: 9, rows: -1) == Rect(x: 6, y: 3, width: 0, height: 1))
    #expect(rect.centred(width: 2, height: 8) == Rect(x: 3, y: 3, width: 2, height: 1))
    #expect(rect.row(0) == rect && rect.row(1).isEmpty)
    #expect(rect.intersection(Rect(x: 50, y: 50, width: 3, height: 3)).isEmpty)
    #expect(Rect(x: .max, y: .min, width: .max, height: .min).maxX == 2 * Rect.limit)
  }

  @Test("The selected entry is always in sight and no room is wasted")
  func scrolling() {
    for count in 0..<9 {
      for visible in 0..<6 {
        for selection in -1..<10 {
          for previous in -1..<10 {
            let offset = Scrolling.offset(count: count, visible: visible, selection: selection, previous: previous)
            #expect(offset >= 0 && offset <= max(0, count - visible))
            if visible > 0, (0..<count).contains(selection) {
              #expect((offset..<offset + visible).contains(selection))
            }
          }
        }
      }
    }
    #expect(Scrolling.offset(count: 100, visible: 10, selection: 25, previous: 20) == 20)
  }

  @Test("Sizes print and parse", arguments: ["80x24", "0x0", "3x12"])
  func sizes(text: String) {
    #expect(Size(text)?.description == text)
  }

  @Test("What is no size is refused", arguments: ["", "80", "80x", "x24", "-1x5", "80x24x3", "99999999x1"])
  func noSizes(text: String) {
    #expect(Size(text) == nil)
  }
}
