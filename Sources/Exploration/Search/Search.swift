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

  /// Searches all families: small ones first, the smallest of all at the beginning, then the others with equal shares of what is left of the budget.
  public func run() -> (ledger: SearchLedger, outcomes: [FamilyOutcome], isComplete: Bool) {
    var desk = SearchDesk(budget: budget.candidates, judge: judge, isCancelled: isCancelled, progress: progress)
    let most = min(budget.exhaustive, budget.candidates / 5)
    func isSmall(_ family: Family) -> Bool { family.count.map { $0 <= most } ?? false }
    func size(_ index: Int) -> Int { isSmall(families[index]) ? families[index].count ?? 0 : .max }
    let order = families.indices.sorted { (size($0), $0) < (size($1), $1) }
    var outcomes = [FamilyOutcome?](repeating: nil, count: families.count)
    for (turn, index) in order.enumerated() {
      let family = families[index]
      let before = desk.ledger.judged
      desk.family = family.name
      var method = FamilyOutcome.Method.exhaustive
      if isSmall(family) {
        desk.limit = budget.candidates
        if !enumerate(family, &desk) { method = .unfinished }
      } else {
        desk.limit = before + (budget.candidates - before) / (order.count - turn)
        method = .guided
        GuidedSearch(family, seed: budget.seed, stream: "search \(index)").run(&desk)
        if desk.isCancelled() { method = .unfinished }
      }
      outcomes[index] = FamilyOutcome(
        name: family.name, count: family.count, judged: desk.ledger.judged - before, method: method)
    }
    return (desk.ledger, outcomes.compactMap { $0 }, !desk.wasCancelled)
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
