import Programs

/// An analysis in three lines: what limits the run, the evidence, and what to try.
///
/// With c, x, w, o, i the shares of computing, exposed communication, waiting, overhead and idling in the time of all devices, the
/// first rule that holds decides. What a run cannot help comes first, for everything else follows from it:
///
/// 1. *oversubscribed*: more threads than cores, and w + o ≥ 0.20
/// 2. *disturbed*: others took at least 0.15 of the devices' time from them, as processors withheld or slowed
/// 3. *slowed*: a device or a link is slower than its like by the machine's description, and a step without that is at least 0.05
///    shorter in a simulation
/// 4. *imbalanced*: there is a ``Straggler``; in a pipeline, one that computes more than the others
/// 5. *compute-bound*: c ≥ 0.80 (POP's mark for an acceptable efficiency)
/// 6. the largest loss of at least 0.10: *pipeline-bound* (the waits on pipeline edges), *communication-bound* or *wait-bound* (exposed
///    communication and the other waits together: a late partner and a slow transfer delay the same message; named after the larger
///    one), *runtime-bound* (o), *short of work* (i). Equal losses: the one named first
/// 7. *no single loss* is as large
///
/// Advice names only what was simulated: ``Trials``, or the recorded run replayed with a change.
public struct Verdict: Codable, Hashable, Sendable {
  public enum Limit: String, Codable, Hashable, Sendable {
    case oversubscribed
    case disturbed
    case slowed
    case compute
    case communication
    case pipeline
    case imbalance
    case wait
    case overhead
    case idle
    case spread
  }

  public var limit: Limit
  public var verdict: String
  public var why: String
  public var next: String

  /// The three lines.
  public var lines: [String] { [verdict, why, next] }

  /// The share of computing from which on nothing else is worth a verdict.
  public static let acceptable = 0.80
  /// The share of waits and overhead from which on too many threads are to blame.
  public static let oversubscriptionLoss = 0.20
  /// The share of the devices' time that others must have taken to be the cause.
  public static let disturbance = 0.15
  /// By how much shorter a step must be without a slow part for that to be the cause.
  public static let slownessGain = 0.05
  /// A smaller loss gives no run its name.
  public static let notableLoss = 0.10

  init(_ findings: Findings) {
    limit = findings.limit
    let words = VerdictWords(findings)
    verdict = "\(words.name(of: limit)): \(words.shares)."
    (why, next) =
      switch limit {
      case .oversubscribed: words.oversubscribed
      case .disturbed: words.disturbed
      case .slowed: words.slowed
      case .compute: words.compute
      case .communication: words.communication
      case .pipeline: words.pipeline
      case .imbalance: words.imbalance
      case .wait: words.wait
      case .overhead: words.overhead
      case .idle: words.idle
      case .spread: words.spread
      }
  }
}
