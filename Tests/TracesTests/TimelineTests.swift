import Programs
import Testing
import Traces

@Suite struct TimelineTests {
  @Test func receivesAreCutAtTheirInstants() throws {
    let timeline = statistics(try pipelineProgram(microbatches: 1), latePipelineTrace).timeline()
    let spans = timeline.spans[1].prefix(4)
    #expect(spans.map(\.kind) == [.wait, .receive, .overhead, .forward])
    #expect(spans.map(\.begin) == [0, 100, 130, 133])
    #expect(timeline.label(of: timeline.spans[1][3]) == "F linear2 mb0")
    #expect(timeline.label(of: timeline.spans[1][0]) == "wait: receive activations linear1 mb0 from 0")
    #expect(timeline.layer(of: timeline.spans[1][0]) == "linear1" && timeline.microbatch(of: timeline.spans[1][0]) == 0)
    #expect(timeline.breakdowns[1].wait == 100)
    #expect(timeline.window == 0..<420)
    #expect(timeline.spans(of: 1, in: 140..<190).map(\.kind) == [.forward, .backward])
  }

  @Test func cellsFoldWorkToTheSchedule() throws {
    let program = try pipelineProgram(microbatches: 2)
    let timeline = statistics(program, randomTrace(program, steps: 1, seed: 4)).timeline()
    #expect(timeline.cells(of: 0).map(\.action.description) == ["0F0", "0F1", "0B0", "0B1"])
    #expect(timeline.cells(of: 1).map(\.action.description) == ["1F0", "1F1", "1B0", "1B1"])
  }

  @Test func waitsAreExplainedByWhatTheOtherDeviceDid() throws {
    let timeline = statistics(try pipelineProgram(microbatches: 1), latePipelineTrace).timeline()
    #expect(
      timeline.explain(timeline.spans[1][0])
        == "device 1 waited 100 ns for linear1's activation of microbatch 0 from device 0, which was computing F linear1 mb0"
    )
    let wait = try #require(timeline.spans[0].first { $0.kind == .wait })
    #expect(
      timeline.explain(wait)
        == "device 0 waited 180 ns for the gradient of linear1's activation of microbatch 0 from device 1, "
        + "which was computing B linear2 mb0")
    #expect(timeline.explain(timeline.spans[0][0]) == nil)
  }

  @Test func backPressureNamesTheReceiver() throws {
    let program = try pipelineProgram(microbatches: 2, capacity: 1)
    let timeline = statistics(program, randomTrace(program, steps: 40, seed: 5)).timeline()
    let wait = try #require(timeline.spans.joined().first { $0.cause == .backPressure })
    let text = try #require(timeline.explain(wait))
    #expect(text.contains(" to device \(1 - wait.device): the channel was full (1 message)"))
  }

  @Test func durationsHaveThreeDigits() {
    #expect(
      [0, 999, 1_300_000, 12_345, 2_500_000_000].map(durationText) == ["0 ns", "999 ns", "1.3 ms", "12.3 µs", "2.5 s"])
    #expect(memoryText(1536) == "1.5 KiB" && memoryText(12) == "12 B")
    // As on screen and in bandwidths, bytes that move are counted in thousands.
    #expect(trafficText(1536) == "1.54 kB" && trafficText(-2_000_000) == "-2 MB" && trafficText(12) == "12 B")
  }
}
