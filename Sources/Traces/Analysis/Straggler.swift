/// The device that the others wait for, and how sure that is.
///
/// In a synchronous step the slowest device waits least. *Culprit* is the device that waited least, *victim* the upper median
/// of the waits, and the score is what the victim waited longer, as a share of the step (TraceML's rule): below 0.10 there is
/// no straggler; from 0.10 on a warning; from 0.20 on, over at least 20 steps, critical. The cause is named only where it
/// explains 0.80 of the score. At least two devices and two steps are needed. TraceLens' sign, how often the device entered
/// collectives last, stands beside it.
public struct Straggler: Hashable, Sendable {
  public enum Confidence: String, Hashable, Sendable, Codable {
    case none
    case warning
    case critical
  }

  /// What the culprit did longer than the median device.
  public enum Reason: String, Hashable, Sendable, Codable {
    case compute
    case communication
    case overhead
  }

  public var device: Int
  /// A share of the step.
  public var score: Double
  public var confidence: Confidence
  /// Nil where nothing explains enough.
  public var reason: Reason?
  /// The share of the collectives' executions that the device entered last; nil where there were none.
  public var lastShare: Double?
  /// Steps that the judgement rests on.
  public var steps: Int

  public static let warningScore = 0.10
  public static let criticalScore = 0.20
  public static let criticalSteps = 20
  public static let explainingShare = 0.80

  /// Judges sums over measured steps; nil for fewer than two steps or devices, and without waits.
  ///
  /// - Parameter collectives: of the analysed steps.
  public init?(breakdowns: [Breakdown], window: Int64, steps: Int, collectives: [CollectiveTiming] = []) {
    guard breakdowns.count > 1, steps > 1, window > 0, breakdowns.contains(where: { $0.wait > 0 }) else { return nil }
    let order = breakdowns.indices.sorted { (breakdowns[$0].wait, $0) < (breakdowns[$1].wait, $1) }
    let culprit = breakdowns[order[0]]
    let victim = breakdowns[order[order.count / 2]]
    let cost = victim.wait - culprit.wait
    device = order[0]
    self.steps = steps
    score = Double(cost) / Double(window)
    confidence =
      score < Self.warningScore
      ? .none : score >= Self.criticalScore && steps >= Self.criticalSteps ? .critical : .warning
    func upperMedian(_ part: (Breakdown) -> Int64) -> Int64 { breakdowns.map(part).sorted()[breakdowns.count / 2] }
    // Of two devices the upper median of what the culprit does most of is its own: the victim's counts then.
    func excess(_ part: (Breakdown) -> Int64) -> Double {
      let usual = breakdowns.count == 2 ? part(victim) : upperMedian(part)
      return cost > 0 ? Double(part(culprit) - usual) / Double(cost) : 0
    }
    let reasons: [(Reason, Double)] = [
      (.compute, excess(\.compute)), (.communication, excess(\.exposedCommunication)),
      (.overhead, excess(\.overhead)),
    ]
    reason = reasons.first { $0.1 >= Self.explainingShare }?.0
    let executions = collectives.filter { $0.devices > 1 }.reduce(0) { $0 + $1.count }
    let last = collectives.filter { $0.lastDevice == order[0] }.reduce(0.0) {
      $0 + ($1.lastShare ?? 0) * Double($1.count)
    }
    lastShare = executions > 0 ? last / Double(executions) : nil
  }
}
