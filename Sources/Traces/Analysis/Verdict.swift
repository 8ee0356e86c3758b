import Programs

/// An analysis in three lines: what limits the run, the evidence, and what to try.
///
/// With c, x, w, o, i the shares of computing, exposed communication, waiting, overhead and idling in the time of all devices,
/// the first rule that holds decides:
///
/// 1. *oversubscribed*: more threads than cores, and w + o ≥ 0.20
/// 2. *compute-bound*: c ≥ 0.80 (POP's mark for an acceptable efficiency)
/// 3. the largest loss: *communication-bound* (x), *pipeline-bound* (the waits on pipeline edges), *imbalanced* (the other
///    waits, where a ``Straggler`` is found) or *wait-bound* (where none is), *runtime-bound* (o), *short of work* (i). Equal
///    losses: the one named first.
public struct Verdict: Codable, Hashable, Sendable {
  public enum Limit: String, Codable, Hashable, Sendable {
    case oversubscribed
    case compute
    case communication
    case pipeline
    case imbalance
    case wait
    case overhead
    case idle
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

  init(_ findings: Findings) {
    limit = findings.limit
    let words = VerdictWords(findings)
    (verdict, why, next) =
      switch limit {
      case .oversubscribed: words.oversubscribed
      case .compute: words.compute
      case .communication: words.communication
      case .pipeline: words.pipeline
      case .imbalance: words.imbalance
      case .wait: words.wait
      case .overhead: words.overhead
      case .idle: words.idle
      }
  }
}

/// What a verdict rests on.
struct Findings {
  var steps: AnalysedSteps
  var path: CriticalPath
  var delays: DelayCosts
  var collectives: [CollectiveTiming]
  var bubble: BubblePhases?
  var straggler: Straggler?
  var totals: Totals
  var context: AnalysisContext

  /// The share of a part in the time of all devices, over all measured steps.
  func share(_ part: (Breakdown) -> Int64) -> Double {
    let time = Double(totals.window) * Double(totals.breakdowns.count)
    return time > 0 ? Double(totals.breakdowns.reduce(0) { $0 + part($1) }) / time : 0
  }

  var limit: Verdict.Limit {
    let compute = share(\.compute)
    if context.oversubscribedCores != nil, share(\.wait) + share(\.overhead) >= Verdict.oversubscriptionLoss {
      return .oversubscribed
    }
    if compute >= Verdict.acceptable { return .compute }
    let bubble = share(\.pipelineWait)
    let isImbalanced = straggler.map { $0.confidence != .none } ?? false
    let losses: [(Verdict.Limit, Double)] = [
      (.communication, share(\.exposedCommunication)), (.pipeline, bubble),
      (isImbalanced ? .imbalance : .wait, share(\.wait) - bubble), (.overhead, share(\.overhead)),
      (.idle, share(\.idle)),
    ]
    return losses.reduce((Verdict.Limit.compute, 0)) { $1.1 > $0.1 ? $1 : $0 }.0
  }

  /// The median time from the last backward pass of a step on any device to the last end of its gradient exchange; nil where
  /// the exchange ends earlier or there is none.
  var exchangeTail: Int64? {
    var backward: [Int32: Int64] = [:]
    var exchange: [Int32: Int64] = [:]
    let program = steps.catalogue.program
    for (device, records) in steps.records.enumerated() {
      for record in records {
        switch program.devices[device].instructions[Int(record.instruction)] {
        case .backward, .backwardInput, .backwardWeight:
          backward[record.step] = max(backward[record.step] ?? .min, record.end)
        case .receive(let message) where program.messages[message].purpose == .gradients:
          exchange[record.step] = max(exchange[record.step] ?? .min, record.end)
        default: break
        }
      }
    }
    let tails = exchange.compactMap { step, end in backward[step].map { Double(end - $0) } }
    return quantile(tails, 0.5).flatMap { $0 > 0 ? Int64($0) : nil }
  }
}
