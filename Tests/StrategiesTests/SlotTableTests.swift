import Networks
import Programs
import Testing

@testable import Strategies

/// Schedules in slots of unit time, their bubbles counted and by closed form.
@Suite struct SlotTableTests {
  private static let settings = TrainingSettings(
    batch: 32, length: .steps(1), optimizer: .sgd, rate: RateSchedule(rate: 0.1), seed: 1)

  private func program(_ text: String, devices: Int, microbatches: Int, widths: [Int] = [8, 8, 8, 8]) throws -> Program
  {
    let network = Network(input: .features(8), layers: widths.map { Layer(.linear(outputs: $0)) })
    return try Compiler(
      graph: Graph(network), training: Self.settings, devices: devices, microbatches: microbatches
    ).compile(Strategy(parsing: text))
  }

  private func table(_ text: String, devices: Int, microbatches: Int, width: Int = 100) throws -> String {
    try #require(ScheduleFacts(program(text, devices: devices, microbatches: microbatches))).table.text(width: width)
      .joined(separator: "\n")
  }

  @Test func oneForwardOneBackwardIsDrawnInSlots() throws {
    #expect(
      try table("pipeline(schedule=1f1b)", devices: 2, microbatches: 3) == """
        time      0  1  2  3  4  5  6  7  8  9  10 11
        device 0  F0 F1 ·  ·  B0─── F2 B1─── ·  B2─── U
        device 1  ·  F0 B0─── F1 B1─── F2 B2─── ·  ·  U
        """)
  }

  @Test func halvesOfBackwardHaveSlotsOfTheirOwn() throws {
    #expect(
      try table("pipeline(schedule=zb-h1)", devices: 2, microbatches: 2) == """
        time      0  1  2  3  4  5  6
        device 0  F0 F1 ·  I0 W0 I1 W1 U
        device 1  ·  F0 I0 F1 I1 W0 W1 U
        """)
  }

  @Test func stagesAreNamedWhereADeviceHasSeveral() throws {
    let text = try table("pipeline(schedule=interleaved)", devices: 2, microbatches: 2)
    #expect(
      text == """
        time      0   1   2   3   4   5   6   7   8   9   10  11  12  13  14
        device 0  0F0 0F1 2F0 2F1 ·   ·   2B0──── ·   2B1──── 0B0──── 0B1──── 0U 2U
        device 1  ·   1F0 1F1 3F0 3B0──── 3F1 3B1──── 1B0──── 1B1──── ·   ·   1U 3U
        """)
  }

  @Test func wideTablesGoOnBelowAndAreCutWithANote() throws {
    let timing = try #require(
      ScheduleTiming(units: PipelineSchedule.gpipe.plan(devices: 2, chunks: 1, microbatches: 2).schedule))
    let table = SlotTable(timing)
    #expect(
      table.text(width: 28, isASCII: true) == [
        "time      0  1  2  3  4  5", "device 0  F0 F1 .  .  .  B1", "device 1  .  F0 F1 B1--- B0", "",
        "time      6  7  8", "device 0  -- B0--- U", "device 1  -- .  .  U",
      ])
    #expect(table.text(width: 28, mostBlocks: 1).last == "3 of 9 slots are left out")
    #expect(table.text(width: 0).count > 9)
  }

  @Test func devicesThatDoTheSameShareARow() throws {
    let text = try table("mesh(data=2, pipeline=2, schedule=gpipe)", devices: 4, microbatches: 2)
    #expect(text.split(separator: "\n").map { $0.prefix(11) }.dropFirst() == ["devices 0,2", "devices 1,3"])
    #expect(text.contains("XU") || text.contains("X U"))
  }

  /// The closed forms are what ``ScheduleTiming`` counts, wherever they are given at all.
  @Test(arguments: PipelineSchedule.allCases) func closedFormsAreCounted(kind: PipelineSchedule) throws {
    for p in 2...8 {
      for v in [1, 2, 3] {
        for m in 1...20 where kind.refusal(devices: p, chunks: v, microbatches: m) == nil {
          guard let form = kind.bubble(devices: p, chunks: v, microbatches: m) else { continue }
          let timing = try #require(
            ScheduleTiming(units: kind.plan(devices: p, chunks: v, microbatches: m).schedule))
          let counted = form.whole == .makespan ? timing.bubbleOfTotal : timing.bubbleOfLongestSpan
          #expect(abs(form.fractionOfTotal - counted) < 1e-12, "\(kind.rawValue) p=\(p) v=\(v) m=\(m)")
          if form.whole == .makespan {
            #expect(abs((form.overIdeal ?? 0) - timing.bubbleOverIdeal) < 1e-12)
          }
        }
      }
    }
  }

  @Test func formsGoIntoThePrograms() throws {
    let forms = [
      ("pipeline(schedule=gpipe)", 3 / 7.0), ("pipeline(schedule=1f1b)", 3 / 7.0),
      ("pipeline(schedule=zb-h1)", 3 / 15.0),
      ("pipeline(schedule=sequential)", 0.75), ("pipeline(schedule=chimera)", 0.25),
      ("mesh(pipeline=4, schedule=gpipe)", 3 / 7.0),
    ]
    for (text, fraction) in forms {
      #expect(try program(text, devices: 4, microbatches: 4).bubble?.fractionOfTotal == fraction, "\(text)")
    }
    #expect(try program("pipeline(recompute=on)", devices: 4, microbatches: 4).bubble == nil)
    #expect(try program("data", devices: 4, microbatches: 4).bubble == nil)
  }

  /// One stage is twice as long as the others: T = sum t + (m-1) max t, by formula and counted.
  @Test func theLongestStageSetsThePace() throws {
    let program = try program("pipeline(schedule=gpipe)", devices: 4, microbatches: 8)
    let facts = try #require(ScheduleFacts(program, layerCosts: [1, 2, 1, 1]))
    let times = try #require(facts.stageTimes)
    #expect(times.times == [2.4, 4.8, 2.4, 2.4])
    #expect(abs(times.formula - (12 + 7 * 4.8)) < 1e-9)
    #expect(abs(times.counted - times.formula) < 1e-9)
    #expect(facts.bubbleText.contains { $0.contains("T = sum t + (m-1) max t = 45.6 by formula, 45.6 counted") })
    // Stages behind the longest one do not fill and drain after it in 1F1B: a little less than the formula.
    let other = try self.program("pipeline(schedule=1f1b)", devices: 4, microbatches: 8)
    let late = try #require(ScheduleFacts(other, layerCosts: [1, 2, 1, 1])?.stageTimes)
    #expect(late.formula == times.formula && late.counted <= late.formula && late.counted > 0.9 * late.formula)
    for text in ["pipeline(schedule=zb-h1)", "pipeline(schedule=sequential)", "pipeline(recompute=on)", "data"] {
      let other = try self.program(text, devices: 4, microbatches: 8)
      #expect(ScheduleFacts(other)?.stageTimes == nil, "\(text)")
    }
  }

  @Test func numbersAreLabelledWithWhatTheyAreAFractionOf() throws {
    let facts = try #require(ScheduleFacts(program("pipeline(schedule=gpipe)", devices: 4, microbatches: 8)))
    #expect(facts.bubbleText[0] == "makespan 33 slots; a device works 24 of them on average")
    #expect(facts.bubbleText[1].hasPrefix("bubble 27.3 % of TOTAL (idle / (devices x makespan)), 37.5 % over IDEAL"))
    #expect(facts.bubbleText[2] == "closed form (p-1)/(m+p-1) = 27.3 % of TOTAL, 37.5 % over IDEAL")
    #expect(facts.memoryTable[1][1] == "8")
    let h2 = try #require(ScheduleFacts(program("pipeline(schedule=zb-h2)", devices: 4, microbatches: 8)))
    #expect(h2.bubbleText.contains { $0.contains("longest span of a device 24, bubble 0.0 %") })
    #expect(h2.bubbleText.contains { $0.hasPrefix("closed form 0 = 0.0 % of the longest span") })
  }
}
