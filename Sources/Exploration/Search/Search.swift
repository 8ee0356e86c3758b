/// Looks for the candidate with the smallest objective: families that are small enough are enumerated, in others it is
/// guided (``GuidedSearch``). The result depends on the seed and the budget in candidates alone, unless it is cancelled.
public struct Search {
  /// How much work a search may do.
  public struct Budget: Hashable, Sendable {
    /// Candidates that are judged; repeated ones count once.
    public var candidates: Int
    /// Families with at most so many points are enumerated, as long as that takes no more than a fifth of the budget.
    public var exhaustive: Int
    public var seed: UInt64

    public init(candidates: Int = 3000, exhaustive: Int = 600, seed: UInt64 = 1) {
      self.candidates = candidates
      self.exhaustive = exhaustive
      self.seed = seed
    }
  }

  /// What became of one family.
  public struct FamilyOutcome: Hashable, Sendable {
    public enum Method: String, Hashable, Sendable, Codable {
      /// Every point was judged.
      case exhaustive
      /// Planned along the chain, annealed and improved step by step.
      case guided
      /// The budget or the user ended it before every point was judged.
      case unfinished
    }

    public var name: String
    /// Points; nil where there are more than can be counted.
    public var count: Int?
    public var judged: Int
    public var method: Method
  }

  public let families: [Family]
  public let budget: Budget
  /// Judges one candidate; the same answer for the same candidate.
  private let judge: (Candidate) -> Judgement
  private let isCancelled: () -> Bool
  private let progress: (SearchLedger) -> Void

  /// - Parameters:
  ///   - isCancelled: asked before every candidate.
  ///   - progress: told after every candidate.
  public init(
    _ families: [Family], budget: Budget, judge: @escaping (Candidate) -> Judgement,
    isCancelled: @escaping () -> Bool = { false }, progress: @escaping (SearchLedger) -> Void = { _ in }
  ) {
    self.families = families
    self.budget = budget
    self.judge = judge
    self.isCancelled = isCancelled
    self.progress = progress
  }

  /// Searches all families: those that are enumerated first, the smallest of all at the beginning; then the starts of all
  /// others, so that a search that is ended early has looked at each; then these, the best start first, with equal shares of half
  /// of what is left of the budget, and the most promising of them with the rest.
  public func run() -> (ledger: SearchLedger, outcomes: [FamilyOutcome], isComplete: Bool) {
    var desk = SearchDesk(budget: budget.candidates, judge: judge, isCancelled: isCancelled, progress: progress)
    let most = min(budget.exhaustive, budget.candidates / 5)
    let small = families.indices.filter { families[$0].count.map { $0 <= most } ?? false }
      .sorted { (families[$0].count ?? 0, $0) < (families[$1].count ?? 0, $1) }
    let large = families.indices.filter { !small.contains($0) }
    var outcomes = families.map { FamilyOutcome(name: $0.name, count: $0.count, judged: 0, method: .unfinished) }
    for index in small {
      let before = desk.ledger.judged
      desk.family = families[index].name
      if enumerate(families[index], &desk) { outcomes[index].method = .exhaustive }
      outcomes[index].judged = desk.ledger.judged - before
    }
    for index in large {
      let before = desk.ledger.judged
      desk.family = families[index].name
      for candidate in families[index].starts.compactMap(families[index].candidate) { _ = desk.verdict(of: candidate) }
      outcomes[index].judged = desk.ledger.judged - before
    }
    var points = [[Int]?](repeating: nil, count: families.count)
    func guide(_ index: Int, round: Int, upTo limit: Int) {
      let before = desk.ledger.judged
      desk.family = families[index].name
      desk.limit = limit
      points[index] = GuidedSearch(families[index], seed: budget.seed, stream: "search \(index), round \(round)")
        .run(&desk, from: points[index])
      outcomes[index].judged += desk.ledger.judged - before
      outcomes[index].method = desk.isCancelled() ? .unfinished : .guided
    }
    let middle = (desk.ledger.judged + budget.candidates) / 2
    let ordered = large.sorted { (best(of: $0, desk), $0) < (best(of: $1, desk), $1) }
    for (turn, index) in ordered.enumerated() {
      guide(index, round: 1, upTo: desk.ledger.judged + (middle - desk.ledger.judged) / (large.count - turn))
    }
    let promising = large.filter { points[$0] != nil }.sorted { best(of: $0, desk) < best(of: $1, desk) }
      .prefix(Self.promisingFamilies)
    for (turn, index) in promising.enumerated() where !desk.isCancelled() {
      guide(
        index, round: 2,
        upTo: desk.ledger.judged + (budget.candidates - desk.ledger.judged) / (promising.count - turn))
    }
    return (desk.ledger, outcomes, !desk.wasCancelled)
  }

  /// Families that are searched twice.
  private static let promisingFamilies = 3

  /// The best objective of a family.
  private func best(of index: Int, _ desk: SearchDesk) -> Double {
    desk.ledger.ranking.first { $0.family == families[index].name }?.seconds ?? .infinity
  }

  /// Judges every point; false where it had to stop before the end.
  private func enumerate(_ family: Family, _ desk: inout SearchDesk) -> Bool {
    for number in 0..<(family.count ?? 0) {
      guard let candidate = family.candidate(family.point(number)) else { continue }
      if desk.verdict(of: candidate) == nil { return false }
    }
    return true
  }
}

/// Judges candidates for a search: keeps the books and the budget.
struct SearchDesk {
  private(set) var ledger = SearchLedger()
  /// The family that candidates are noted for.
  var family = ""
  /// Candidates that may be judged before the family has to end.
  var limit: Int
  private(set) var wasCancelled = false
  private let judge: (Candidate) -> Judgement
  private let cancellation: () -> Bool
  private let progress: (SearchLedger) -> Void

  init(
    budget: Int, judge: @escaping (Candidate) -> Judgement, isCancelled: @escaping () -> Bool,
    progress: @escaping (SearchLedger) -> Void
  ) {
    limit = budget
    self.judge = judge
    cancellation = isCancelled
    self.progress = progress
  }

  mutating func isCancelled() -> Bool {
    wasCancelled = wasCancelled || cancellation()
    return wasCancelled
  }

  /// Whether nothing more may be judged.
  mutating func isOver() -> Bool { ledger.judged >= limit || isCancelled() }

  /// What is known of a candidate, judged now if need be; nil where the budget is used up or the search cancelled.
  mutating func verdict(of candidate: Candidate) -> Judgement? {
    if let known = ledger.verdict(of: candidate) { return known }
    if isOver() { return nil }
    let verdict = judge(candidate)
    ledger.note(candidate, verdict, family: family)
    progress(ledger)
    return verdict
  }
}
