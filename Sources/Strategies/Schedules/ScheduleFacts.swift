import Diagnostics
import Networks
import Programs

/// What a program's schedule comes to before it runs: its slots, idle time counted and by formula, and the activations that
/// devices keep.
public struct ScheduleFacts: Sendable {
  public let timing: ScheduleTiming
  public let table: SlotTable
  /// The same order with the given times of profiled layers, in picoseconds; nil where stages count as equal. Bubbles are counted
  /// with these times, where they are known.
  public let givenTiming: ScheduleTiming?
  /// Idle time by closed form; nil where none holds for these times.
  public let formula: BubbleFormula?
  /// The same with stages as long as they are; nil for a single stage.
  public let stageTimes: StageTimes?
  /// Peak bytes of activations of each device's program.
  public let activationBytes: [Int]
  /// Whether forward is repeated, so that only stages' inputs are kept.
  public let recomputes: Bool

  /// - Parameter layerCosts: what each node of the graph costs, in any unit; nil takes operations and output words.
  /// - Returns: nil for a program without a schedule that takes time.
  public init?(_ program: Program, layerCosts: [Double]? = nil) {
    guard let timing = ScheduleTiming(units: program.schedule), timing.makespan > 0 else { return nil }
    self.timing = timing
    table = SlotTable(timing)
    let durations = StageDurations(
      program.graph, stages: program.stages, batch: program.batch, microbatches: program.microbatches)
    givenTiming = durations.areGiven ? ScheduleTiming(program.schedule, duration: durations.callAsFunction) : nil
    formula = program.bubble
    stageTimes = StageTimes(
      program, layerCosts: layerCosts ?? program.graph.nodes.map { Double($0.balanceCost) },
      durations: layerCosts == nil && durations.areGiven ? durations : nil)
    activationBytes = program.devices.map {
      PeakMemory(of: $0, messages: program.messages).byKind[.activations] ?? 0
    }
    recomputes = program.schedule.devices.joined().contains { $0.kind == .recompute }
  }

  /// What bubbles are counted with: the given times, or slots.
  public var counted: ScheduleTiming { givenTiming ?? timing }

  /// Makespan and bubbles in sentences, each fraction with what it is a fraction of.
  public var bubbleText: [String] {
    let work = timing.busy / Double(timing.slots.count)
    var lines = [
      "makespan \(Self.number(timing.makespan)) slots; a device works \(Self.number(work)) of them on average"
    ]
    func time(_ value: Double) -> String { givenTiming == nil ? Self.number(value) : "\(Self.number(value / 1e9)) ms" }
    if let givenTiming {
      let work = givenTiming.busy / Double(givenTiming.slots.count)
      lines.append(
        "with the given times: makespan \(time(givenTiming.makespan)); a device works \(time(work)) on average")
    }
    lines.append(
      "bubble \(Self.percent(counted.bubbleOfTotal)) of TOTAL (idle / (devices x makespan)), \(Self.percent(counted.bubbleOverIdeal)) over IDEAL (idle / work), counted"
    )
    if counted.longestSpan < counted.makespan {
      lines.append(
        "when steps follow each other: longest span of a device \(time(counted.longestSpan)), bubble \(Self.percent(counted.bubbleOfLongestSpan)) of it"
      )
    }
    if let formula {
      let whole = formula.whole == .makespan ? "TOTAL" : "the longest span"
      lines.append(
        "closed form \(formula.text) = \(Self.percent(formula.fractionOfTotal)) of \(whole), \(formula.overIdeal.map(Self.percent) ?? "n/a") over IDEAL"
      )
    } else {
      lines.append("closed form n/a")
    }
    if let stageTimes {
      let times = stageTimes.times.map(Self.number).joined(separator: " ")
      var line =
        "stages by cost take \(times) (average 3): makespan \(Self.number(stageTimes.counted)), bubble \(Self.percent(stageTimes.bubbleOfTotal)) of TOTAL, counted"
      if let formula = stageTimes.formula { line += "; T = sum t + (m-1) max t = \(Self.number(formula)) by formula" }
      lines.append(line)
    }
    return lines
  }

  /// A heading and a row per device, or per range of devices with the same numbers.
  public var memoryTable: [[String]] {
    var rows: [(devices: [Int], cells: [String])] = []
    for device in activationBytes.indices {
      let cells = ["\(timing.inFlight[device])", "\(activationBytes[device])"]
      if let place = rows.firstIndex(where: { $0.cells == cells }) {
        rows[place].devices.append(device)
      } else {
        rows.append(([device], cells))
      }
    }
    return [["device", recomputes ? "in flight (stage inputs)" : "in flight", "activation bytes"]]
      + rows.map { [LayerOwnership.list($0.devices)] + $0.cells }
  }

  static func percent(_ fraction: Double) -> String {
    let tenths = Int(saturating: fraction * 1000)
    return "\(tenths / 10).\(tenths % 10) %"
  }

  /// With at most two digits behind the point.
  static func number(_ value: Double) -> String {
    let hundredths = Int(saturating: value * 100)
    let (whole, rest) = hundredths.quotientAndRemainder(dividingBy: 100)
    if rest == 0 { return "\(whole)" }
    return rest % 10 == 0 ? "\(whole).\(rest / 10)" : "\(whole).\(rest < 10 ? "0" : "")\(rest)"
  }
}
