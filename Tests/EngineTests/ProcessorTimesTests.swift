import Testing

@testable import Engine

@Suite struct ProcessorTimesTests {
  @Test func whatElseProcessorsDidIsTold() throws {
    let before = try #require(
      ProcessorTimes(stat: "cpu  100 0 50 800 10 0 0 40 0 0\ncpu0 1 2 3", ticksPerSecond: 100, own: 1))
    // Two cores for two seconds: 2.4 s busy, of which 2 s for this process; 0.6 s stolen; 1 s idle.
    let after = try #require(
      ProcessorTimes(stat: "cpu  300 10 70 890 20 5 5 100 0 0\n", ticksPerSecond: 100, own: 3))
    let text = try #require(after.text(since: before, cores: 2))
    #expect(text.contains("other programs used 0.20 of 2 cores, and 20.0 % of the processor time"))
    #expect(before.text(since: before, cores: 2) == nil, "no time has passed")
  }

  @Test(arguments: ["", "cpu 1 2 3\n", "cpu0 1 2 3 4 5 6 7 8\n", "cpu a b c d e f g h\n"])
  func otherFormsAreUnknown(_ text: String) {
    #expect(ProcessorTimes(stat: text, ticksPerSecond: 100, own: 0) == nil)
  }
}
