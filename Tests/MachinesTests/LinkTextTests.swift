import Diagnostics
import Machines
import Testing

@Suite struct LinkTextTests {
  @Test(arguments: [
    ("shared", Link.shared),
    ("20us,1GB/s", .emulated(latencyNanoseconds: 20_000, bytesPerSecond: 1e9)),
    ("1.5us, 250 MB/s", .emulated(latencyNanoseconds: 1500, bytesPerSecond: 250e6)),
    ("0,8kB/s", .emulated(latencyNanoseconds: 0, bytesPerSecond: 8000)),
    ("3ms,inf", .emulated(latencyNanoseconds: 3_000_000, bytesPerSecond: .infinity)),
    ("2s,9B/s", .emulated(latencyNanoseconds: 2_000_000_000, bytesPerSecond: 9)),
    ("inf", .emulated(latencyNanoseconds: 0, bytesPerSecond: .infinity)),
  ])
  func reads(text: String, link: Link) throws { #expect(try Link(parsing: text) == link) }

  @Test(arguments: [
    (Link.shared, "shared"),
    (.emulated(latencyNanoseconds: 20_000, bytesPerSecond: 1e9), "20us,1GB/s"),
    (.emulated(latencyNanoseconds: 1500, bytesPerSecond: 1.25e9), "1500ns,1.25GB/s"),
    (.emulated(latencyNanoseconds: 0, bytesPerSecond: .infinity), "0ns,inf"),
    (.emulated(latencyNanoseconds: 7, bytesPerSecond: 0.00001), "7ns,0.00001B/s"),
  ])
  func prints(link: Link, text: String) { #expect(link.description == text) }

  @Test func whatIsPrintedReadsBack() throws {
    var state: UInt64 = 7
    func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state >> 20
    }
    for _ in 0..<500 {
      let rate = Double(next() + 1) * [1e-9, 1e-3, 1, 1e3, 1e12][Int(next() % 5)]
      let link = Link.emulated(latencyNanoseconds: Int64(next() % 1_000_000_000_000), bytesPerSecond: rate)
      #expect(try Link(parsing: link.description) == link, "\(link)")
    }
  }

  @Test(arguments: [
    ("fast", 1, "'fast' is no link"), ("20,1GB/s", 1, "'20' is no latency"), ("20us,1", 6, "'1' is no bandwidth"),
    ("20us, 0GB/s", 7, "'0GB/s' is no bandwidth"), ("inf,1GB/s", 1, "'inf' is no latency"),
    ("-1us,1GB/s", 1, "'-1us' is no latency"), ("1us,1gb/s", 5, "'1gb/s' is no bandwidth"), ("", 1, "'' is no link"),
    ("1us,1GB/s,2", 1, "'1us,1GB/s,2' is no link"), ("9999999999s,1B/s", 1, "'9999999999s' is no latency"),
  ])
  func refuses(text: String, column: Int, message: String) {
    let error = #expect(throws: DiagnosticList.self) { try Link(parsing: text) }
    #expect(error?.all.first?.message == message)
    #expect(error?.all.first?.location?.column == column)
    #expect(error?.all.first?.hint != nil)
  }

  @Test func bothHalvesAreBlamedAtOnce() {
    let error = #expect(throws: DiagnosticList.self) { try Link(parsing: "quick,wide") }
    #expect(error?.all.count == 2)
  }
}
