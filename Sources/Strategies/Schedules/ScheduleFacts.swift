import Networks
import Programs

/// What a program's schedule comes to before it runs: its slots, idle time counted and by formula, and the activations that
/// devices keep.
public struct ScheduleFacts: Sendable {
  public let timing: ScheduleTiming
  public let table: SlotTable
  /// Idle time by closed form; nil where there is none.
  public let formula: BubbleFormula?
  /// Nil where stages are not one after the other on devices of their own.
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
    formula = program.bubble
    stageTimes = StageTimes(program, layerCosts: layerCosts ?? program.graph.nodes.map { Double($0.balanceCost) })
    activationBytes = program.devices.map {
      PeakMemory(of: $0, messages: program.messages).byKind[.activations] ?? 0
    }
    recomputes = program.schedule.devices.joined().contains { $0.kind == .recompute }
  }

  /// Makespan and bubbles in sentences, each fraction with what it is a fraction of.
  public var bubbleText: [String] {
    let work = timing.busy / Double(timing.slots.count)
    var lines = [
      "makespan \(Self.number(timing.makespan)) slots; a device works \(Self.number(work)) of them on average",
      "bubble \(Self.percent(timing.bubbleOfTotal)) of TOTAL (idle / (devices x makespan)), \(Self.percent(timing.bubbleOverIdeal)) over IDEAL (idle / work), counted",
    ]
    if timing.longestSpan < timing.makespan {
      lines.append(
        "when steps follow each other: longest span of a device \(Self.number(timing.longestSpan)), bubble \(Self.percent(timing.bubbleOfLongestSpan)) of it"
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
      lines.append(
        "stages by cost take \(times) (average 3): T = sum t + (m-1) max t = \(Self.number(stageTimes.formula)) by formula, \(Self.number(stageTimes.counted)) counted"
      )
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
    let tenths = Int((fraction * 1000).rounded())
    return "\(tenths / 10).\(tenths % 10) %"
  }

  /// With at most two digits behind the point.
  static func number(_ value: Double) -> String {
    let hundredths = Int((value * 100).rounded())
    let (whole, rest) = hundredths.quotientAndRemainder(dividingBy: 100)
    if rest == 0 { return "\(whole)" }
    return rest % 10 == 0 ? "\(whole).\(rest / 10)" : "\(whole).\(rest < 10 ? "0" : "")\(rest)"
  }
}
