import Programs
import Screens
import Traces

/// An analysis as lines: verdict, efficiency, path, delays, collectives, what if. Every number is Traces'.
struct AnalysisLines {
  private let analysis: TraceAnalysis
  private let width: Int
  private let glyphs: GlyphSet
  private var catalogue: InstructionCatalogue { analysis.steps.catalogue }

  init(_ analysis: TraceAnalysis, width: Int, glyphs: GlyphSet) {
    self.analysis = analysis
    self.width = width
    self.glyphs = glyphs
  }

  var lines: [Line] {
    let parts = [verdict, efficiency, path, delays, straggler, collectives, replay].filter { !$0.isEmpty }
    return Array(parts.joined(separator: [Line("")]))
  }

  private var verdict: [Line] {
    let verdict = analysis.verdict
    return [
      Line(verdict.verdict, role: verdict.limit == .compute ? .good : .warning, attributes: .bold),
      Line("why   ", role: .dim) + Line(verdict.why), Line("next  ", role: .dim) + Line(verdict.next, role: .accent),
    ]
  }

  /// POP's tree, bars of the full width that is left.
  private var efficiency: [Line] {
    let tree = analysis.efficiency
    let rows: [(Int, String, Double?)] = [
      (0, "global", tree.global), (1, "parallel", tree.parallel), (2, "load balance", tree.loadBalance),
      (2, "communication", tree.communication), (3, "serialisation", tree.serialisation),
      (3, "transfer", tree.transfer), (1, "computation scaling", tree.computationScaling),
    ]
    return [Line("efficiency", role: .title) + Line("  0.8 and more is acceptable (POP)", role: .dim), speedup]
      + rows.map { indent, name, value in
        let label = (String(repeating: " ", count: 2 * indent) + name).padded(to: 24)
        let role: Role = (value ?? 1) >= Verdict.acceptable ? .good : .warning
        return Line(label) + Line(right(Format.percent(value), 8) + " ") + bar(value, role: role)
      }
  }

  private var speedup: Line {
    let label = Line("speed-up".padded(to: 24))
    guard let factor = analysis.speedup, let serial = analysis.context.serial else {
      return label + Line(right("n/a", 8)) + Line("  no serial reference: R times one", role: .dim)
    }
    let devices = catalogue.program.devices.count
    return label + Line(right(Format.times(factor), 8))
      + Line(
        "  \(Format.percent(factor / Double(max(1, devices)))) of \(devices) "
          + "\(devices == 1 ? "device" : "devices"); one takes \(Format.time(serial.stepSeconds)) a step", role: .dim)
  }

  private var path: [Line] {
    let path = analysis.path
    let length = Double(max(1, path.window.upperBound - path.window.lowerBound))
    func share(_ time: Int64) -> Double { Double(time) / length }
    let parts = CriticalPath.Part.allCases.filter { path.length($0) > 0 }
      .map { "\($0.rawValue) \(Format.percent(share(path.length($0))))" }
    var head = Line("critical path", role: .title) + Line("  " + parts.joined(separator: ", "), role: .dim)
    if let bound = path.speedupBound {
      head = head + Line("; at most \(Format.times(bound)) of one device", role: .dim)
    }
    let devices = catalogue.program.devices.indices.map { ($0, path.length(on: $0)) }
      .sorted { ($1.1, $0.0) < ($0.1, $1.0) }.prefix(8).sorted { $0.0 < $1.0 }
    let bars = devices.map { device, time in
      Line("device \(device)".padded(to: 24)) + Line(right(Format.percent(share(time)), 8) + " ")
        + bar(share(time), role: .forward)
    }
    let layers = path.byLayer(catalogue).prefix(5).map { row in
      Line("  " + label(row.kind, row.layer).padded(to: 22), role: SpanLook(row.kind).role)
        + Line(right(Format.percent(share(row.nanoseconds)), 8) + " ") + Line(time(Double(row.nanoseconds)), role: .dim)
    }
    return [head] + bars + layers
  }

  private func label(_ kind: SpanKind, _ layer: String?) -> String {
    guard kind.activity == .compute else {
      return [SpanLook(kind).name, layer].compactMap { $0 }.joined(separator: " ")
    }
    return layer.map { "\(kind.letter) \($0)" } ?? SpanLook(kind).name
  }

  private var delays: [Line] {
    let delays = analysis.delays
    guard delays.total > 0 else { return [] }
    let head =
      Line("who caused the waiting", role: .title) + Line("  \(time(delays.total)) over all devices", role: .dim)
    let titles = Line(
      "  " + "work".padded(to: 20) + right("device", 8) + right("share", 9) + right("direct", 10)
        + right("through others", 16),
      role: .dim)
    let rows = delays.costs.prefix(6).map { cost in
      Line("  " + analysis.label(of: cost.cause).padded(to: 20), role: SpanLook(cost.cause.kind).role)
        + Line(
          right("\(cost.cause.device)", 8) + right(Format.percent(cost.total / delays.total), 9)
            + right(time(cost.direct), 10) + right(time(cost.propagated), 16))
    }
    return [head, titles] + rows
  }

  private var straggler: [Line] {
    guard catalogue.program.devices.count > 1 else { return [] }
    let head = Line("straggler  ", role: .title)
    guard let one = analysis.straggler else {
      return [head + Line("n/a: needs two measured steps with waits", role: .dim)]
    }
    guard one.confidence != .none else {
      return [head + Line("none", role: .good) + Line(" (score \(Format.percent(one.score)) of the step)", role: .dim)]
    }
    let reason = one.reason.map { ", explained by its \($0.rawValue)" } ?? ", cause not clear"
    let last = one.lastShare.map { ", last into \(Format.percent($0)) of the collectives" } ?? ""
    return [
      head
        + Line(
          "device \(one.device), \(one.confidence.rawValue)", role: one.confidence == .critical ? .error : .warning)
        + Line(" (score \(Format.percent(one.score)) of the step, \(one.steps) steps)\(reason)\(last)", role: .dim)
    ]
  }

  private var collectives: [Line] {
    guard !analysis.collectives.isEmpty else { return [] }
    let name = max(20, min(44, width - 54))
    let titles = Line(
      "collectives".padded(to: name) + right("times", 6) + right("wait", 9) + right("transfer", 10)
        + right("algbw", 13) + right("busbw", 13), role: .title)
    let rows = analysis.collectives.prefix(6).map { one in
      let text = "\(one.algorithm) \(one.kind.text), \(one.label)"
      let cut = text.columns > name - 1 ? String(text.prefix(name - 2)) + String(Character(glyphs.ellipsis)) : text
      return Line(
        cut.padded(to: name) + right("\(one.count)", 6) + right(time(Double(one.wait)), 9)
          + right(time(Double(one.transfer)), 10) + right(Format.bandwidth(one.algorithmBandwidth), 13)
          + right(Format.bandwidth(one.busBandwidth), 13))
    }
    return [titles] + rows
  }

  private var replay: [Line] {
    guard let replay = analysis.context.replay else { return [] }
    let error = replay.relativeError(of: analysis.steps)
    let head =
      Line("what if", role: .title)
      + Line("  simulated; the recorded step comes out \(Format.percent(error)) off", role: .dim)
    return [head] + undisturbed + repeated(replay)
      + replay.changes.map { change in
        Line("  " + change.text.padded(to: 28)) + Line(right(Format.time(change.stepSeconds), 10))
          + Line("  \(Format.times(replay.speedup(of: change)))", role: .dim)
      }
  }

  /// The run's steps in which nobody disturbed it.
  private var undisturbed: [Line] {
    guard let calm = analysis.totals.undisturbedSteps(knownGauge: analysis.context.gaugeNanoseconds) else { return [] }
    return [
      Line("  " + "undisturbed steps".padded(to: 28))
        + Line(right(calm.medianSeconds.map(Format.time) ?? Format.unknown, 10))
        + Line("  median of \(calm.count) of \(analysis.totals.steps) steps", role: .dim)
    ]
  }

  /// What the steps would have taken, had nobody else had the processors.
  private func repeated(_ replay: Replay) -> [Line] {
    guard let repeated = replay.repeated, let seconds = repeated.undisturbedStepSeconds else { return [] }
    return [
      Line("  " + "no processor withheld".padded(to: 28)) + Line(right(Format.time(seconds), 10))
        + Line("  of \(Format.time(repeated.stepSeconds)), each step with its own durations", role: .dim)
    ]
  }

  /// A share as a bar in what the line has left.
  private func bar(_ share: Double?, role: Role) -> Line {
    let room = max(0, min(60, width - 34))
    guard let share, room > 0 else { return Line("") }
    let cells = Int((min(1, max(0, share)) * Double(room)).rounded())
    return Line(String(repeating: Character(glyphs.barEighths[8]), count: cells), role: role)
      + Line(String(repeating: Character(glyphs.emptyBar), count: room - cells), role: .grid)
  }

  private func time(_ nanoseconds: Double) -> String { Format.time(nanoseconds * 1e-9) }

  private func right(_ text: String, _ columns: Int) -> String {
    String(repeating: " ", count: max(0, columns - text.columns)) + text
  }
}
