import Networks
import Testing
import Traces

@testable import Engine

@Suite struct WithheldTimeTests {
  @Test func isTimeWithoutProcessorAndSleep() {
    var time = WithheldTime(now: 1000, processorTime: 50)
    time.sleep(20_000)
    time.sleep(10_000)
    #expect(!time.isDue(at: 250_000) && time.isDue(at: 301_000))
    // 300 us, of which the thread worked for 220 and slept for 30.
    #expect(time.take(at: 301_000, processorTime: 220_050) == 50_000)
    // Counted from there.
    #expect(!time.isDue(at: 550_000) && time.isDue(at: 551_000))
    #expect(time.take(at: 551_000, processorTime: 470_050) == 0)
  }

  @Test func clocksThatDisagreeWithholdNothing() {
    var time = WithheldTime(now: 0, processorTime: 0)
    time.sleep(60_000)
    #expect(time.take(at: 100_000, processorTime: 41_000) == 0)
  }

  /// Which of them is fast is not asked: only that devices looked.
  @Test func recordsSayWhatTheGaugeSaid() throws {
    let (_, news) = try train(HandBuilt.ring(), length: .steps(3))
    for record in news.trace.records.joined() { #expect(record.gauge > 0) }
  }

  @Test func recordsHoldNoMoreThanTheirTime() throws {
    var options = TrainingRun.Options()
    options.machine.link = .emulated(latencyNanoseconds: 300_000, bytesPerSecond: 1e9)
    let (_, news) = try train(HandBuilt.ring(), length: .steps(20), options: options)
    for record in news.trace.records.joined() {
      #expect(record.withheld >= 0 && record.withheld <= record.end - record.begin)
    }
  }
}
