import Foundation
import Programs
import Testing
import Traces

/// One event, with what the rules look at.
private struct Event: Decodable {
  var ph: String
  var name: String
  var pid: Int
  var tid: Int
  var ts: Double?
  var dur: Double?
  var id: Int?
  var bp: String?
  var cat: String?
}

private struct Document: Decodable {
  struct Metadata: Decodable {
    var schema: String
    var scene: String
    var strategy: String
    var devices: Int
    var seed: UInt64
    var clock: String
  }

  var metadata: Metadata
  var traceEvents: [Event]
}

@Suite struct ChromeTraceTests {
  private func trace(_ program: Program, _ batches: [TraceBatch]) throws -> Document {
    var writer = ChromeTraceWriter(
      "", catalogue: InstructionCatalogue(program),
      description: TraceDescription(scene: "a \"quoted\"\nscene", clock: .virtual, seed: .max))
    for batch in batches { writer.append(batch) }
    writer.finish()
    return try JSONDecoder().decode(Document.self, from: Data(writer.output.utf8))
  }

  @Test func metadataNamesTheRun() throws {
    let metadata = try trace(try pipelineProgram(microbatches: 1), [latePipelineTrace]).metadata
    #expect(metadata.schema == "partita.trace/1" && metadata.scene == "a \"quoted\"\nscene")
    #expect(metadata.strategy == "pipeline(schedule=gpipe, stages=2)" && metadata.devices == 2)
    #expect(metadata.seed == .max && metadata.clock == "virtual")
  }

  @Test func timesAreMicrosecondsToTheNanosecond() throws {
    let events = try trace(try pipelineProgram(microbatches: 1), [latePipelineTrace]).traceEvents
    let wait = try #require(events.first { $0.ph == "X" && $0.pid == 2 && $0.tid == 20 })
    #expect(wait.name == "wait: receive activations linear1 mb0 from 0" && wait.ts == 0 && wait.dur == 0.1)
    let forward = try #require(events.first { $0.name == "F linear2 mb0" })
    #expect(forward.tid == 7 && forward.ts == 0.133 && forward.dur == 0.05)
    let names = events.filter { $0.ph == "M" }.map(\.name)
    #expect(Set(names) == ["process_name", "process_sort_index", "thread_name", "thread_sort_index"])
  }

  /// A month into a run the sum of a start and a short duration is rounded by half a microsecond, and the durations that a number
  /// can say below that are more than can be tried one by one.
  @Test func shortSpansLateInARunEndBeforeTheNextBegins() throws {
    let late: Int64 = 2_600_000_000_000_123
    let lengths: [Int64] = [7, 1, 100, 333, 1]
    let program = try pipelineProgram(microbatches: 1)
    var begin = late
    let records = lengths.enumerated().map { place, length in
      defer { begin += length }
      return TraceRecord(step: 0, instruction: Int32(place), begin: begin, end: begin + length)
    }
    let batch = TraceBatch(records: [records, []], dropped: [0, 0])
    let spans = try trace(program, [batch]).traceEvents.filter { $0.ph == "X" }
    #expect(spans.count >= lengths.count)
    for span in spans {
      let end = try #require(zip(records.map(\.begin), records.map(\.end)).first { Double($0.0) / 1000 == span.ts }?.1)
      let duration = try #require(span.dur)
      #expect(duration >= 0 && span.ts! + duration <= Double(end) / 1000)
    }
  }

  @Test(arguments: UInt64(0)..<24)
  func tracesKeepPerfettosRules(seed: UInt64) throws {
    let program = try pipelineProgram(microbatches: 3, capacity: seed % 3 == 0 ? 1 : 4)
    let whole = randomTrace(program, steps: 3, seed: seed, longest: seed % 4 == 1 ? 0 : 100_003)
    let late = TraceBatch(records: [[], whole.records[1]], dropped: [0, 0])
    let early = TraceBatch(records: [whole.records[0], []], dropped: [0, 0])
    let events = try trace(program, seed % 2 == 0 ? [late, early] : [whole]).traceEvents
    let findings = findings(events)
    #expect(findings.isEmpty, "seed \(seed): \(findings.prefix(3))")
    let flows = events.filter { $0.ph == "s" }.count
    #expect(flows == 18 && events.filter { $0.ph == "f" }.count == flows)
  }

  /// What Perfetto's importer would complain about.
  private func findings(_ events: [Event]) -> [String] {
    var findings: [String] = []
    var open: [[Int]: [(begin: Double, end: Double)]] = [:]
    var flows: Set<Int> = []
    var ended: Set<Int> = []
    let timed = events.enumerated().filter { $0.element.ph != "M" }
      .sorted { ($0.element.ts ?? -1, $0.offset) < ($1.element.ts ?? -1, $1.offset) }.map(\.element)
    for event in events where event.tid == 0 { findings.append("track: \(event)") }
    for event in timed {
      guard let time = event.ts else {
        findings.append("no time: \(event)")
        continue
      }
      let track = [event.pid, event.tid]
      switch event.ph {
      case "X":
        let end = time + (event.dur ?? .nan)
        open[track]?.removeAll { $0.end <= time }
        if let outer = open[track]?.last, !(end <= outer.end) { findings.append("overlap: \(event)") }
        open[track, default: []].append((time, end))
      case "s", "f":
        guard let id = event.id else {
          findings.append("no id: \(event)")
          continue
        }
        if !(open[track] ?? []).contains(where: { $0.begin <= time && time <= $0.end }) {
          findings.append("flow outside of spans: \(event)")
        }
        if event.ph == "s", !flows.insert(id).inserted { findings.append("id used twice: \(event)") }
        if event.ph == "f" {
          if !flows.contains(id) || !ended.insert(id).inserted { findings.append("end without start: \(event)") }
          if event.bp != "e" { findings.append("binds to the next span: \(event)") }
        }
      case "i": break
      default: findings.append("unknown phase: \(event)")
      }
    }
    if flows != ended { findings.append("flows without end") }
    return findings
  }
}
