/// One closed step with its records.
public struct RecentStep: Sendable {
  public var step: Int
  /// Nanoseconds since the run's start.
  public var window: Range<Int64>
  /// False for warm-up steps and steps with lost records.
  public var isMeasured: Bool
  /// Per device.
  public var records: [[TraceRecord]]
  /// Per device, of ``window``.
  public var breakdowns: [Breakdown]
}

/// The last steps of a run, as many as there is room for.
public struct RecentSteps: Sendable {
  /// Oldest first.
  public private(set) var steps: [RecentStep] = []
  /// Records of older steps that were given up for lack of room.
  public private(set) var forgottenRecords = 0
  private let stepLimit: Int
  private let recordLimit: Int
  private var recordCount = 0

  init(steps: Int, records: Int) {
    stepLimit = max(1, steps)
    recordLimit = records
  }

  /// Adds a step; the newest one is always kept.
  mutating func append(_ step: RecentStep) {
    steps.append(step)
    recordCount += step.records.reduce(0) { $0 + $1.count }
    while steps.count > 1, steps.count > stepLimit || recordCount > recordLimit {
      let gone = steps.removeFirst().records.reduce(0) { $0 + $1.count }
      recordCount -= gone
      forgottenRecords += gone
    }
  }
}
