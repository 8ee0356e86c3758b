import Programs

/// The spans of some consecutive steps, as panels and pictures show them.
public struct Timeline: Sendable {
  /// One step's place on the time axis.
  public struct Step: Hashable, Sendable {
    public var step: Int
    public var window: Range<Int64>
    /// False for warm-up steps and steps with lost records.
    public var isMeasured: Bool
  }

  /// One cell of the schedule as it was executed: `1F0`.
  public struct Cell: Hashable, Sendable {
    public var step: Int
    public var action: Action
    public var begin: Int64
    public var end: Int64
  }

  public let catalogue: InstructionCatalogue
  /// Oldest first.
  public let steps: [Step]
  /// Per device, in order and disjoint.
  public let spans: [[TraceSpan]]
  /// Per device, over all of ``steps``.
  public let breakdowns: [Breakdown]
  /// Per device, when a message for it was on the wire while it did something else: communication that cost nothing.
  public let hiddenTransfers: [IntervalSet]

  public init(_ recent: some Collection<RecentStep>, catalogue: InstructionCatalogue) {
    let devices = catalogue.program.devices.count
    var spans = Array(repeating: [TraceSpan](), count: devices)
    var breakdowns = Array(repeating: Breakdown(), count: devices)
    var transfers = Array(repeating: [Range<Int64>](), count: devices)
    for step in recent {
      for device in 0..<devices {
        for record in step.records[device] {
          spans[device] += catalogue.spans(of: record, device: device)
          if let hidden = catalogue.hiddenTransfer(of: record, device: device) { transfers[device].append(hidden) }
        }
        breakdowns[device] += step.breakdowns[device]
      }
    }
    hiddenTransfers = zip(spans, transfers).map { spans, transfers in
      let moving = spans.lazy.filter { $0.kind.activity == .communication }.map { $0.begin..<$0.end }
      return IntervalSet(transfers).subtracting(IntervalSet(moving))
    }
    self.catalogue = catalogue
    self.spans = spans
    self.breakdowns = breakdowns
    steps = recent.map { Step(step: $0.step, window: $0.window, isMeasured: $0.isMeasured) }
  }

  /// From the first span or step to the last, in nanoseconds since the run's start; empty without steps.
  public var window: Range<Int64> {
    let begins = spans.compactMap { $0.first?.begin } + steps.map(\.window.lowerBound)
    let ends = spans.compactMap { $0.last?.end } + steps.map(\.window.upperBound)
    return (begins.min() ?? 0)..<(ends.max() ?? 0)
  }

  /// The spans of a device that touch `window`, in order.
  public func spans(of device: Int, in window: Range<Int64>) -> ArraySlice<TraceSpan> {
    let own = spans[device]
    let first = own.partitioningIndex { $0.end >= window.lowerBound }
    let last = own.partitioningIndex { $0.begin >= window.upperBound }
    return own[min(first, last)..<last]
  }

  /// `F conv1 mb0`; a wait is named by what was waited for.
  public func label(of span: TraceSpan) -> String {
    let label = catalogue.label(device: span.device, instruction: span.instruction)
    return span.kind == .wait ? "wait: \(label)" : label
  }

  public func layer(of span: TraceSpan) -> String? {
    catalogue.layer(device: span.device, instruction: span.instruction)
  }

  public func microbatch(of span: TraceSpan) -> Int? {
    catalogue.microbatch(device: span.device, instruction: span.instruction)
  }

  /// A device's work folded to the cells of the schedule: neighbouring compute spans of one action are one cell. What the
  /// communication lane computes in between, updates of layers whose gradients were exchanged early, is no cell.
  public func cells(of device: Int) -> [Cell] {
    var cells: [Cell] = []
    for span in spans[device] where span.kind.activity == .compute && span.kind != .load && span.lane == .compute {
      guard let action = catalogue.action(device: device, instruction: span.instruction) else { continue }
      if let last = cells.last, last.step == span.step, last.action == action {
        cells[cells.count - 1].end = max(last.end, span.end)
      } else {
        cells.append(Cell(step: span.step, action: action, begin: span.begin, end: span.end))
      }
    }
    return cells
  }
}

extension RunStatistics {
  /// The last closed steps, at most `count` of them.
  public func timeline(lastSteps count: Int = .max) -> Timeline {
    Timeline(recent.steps.suffix(count), catalogue: catalogue)
  }
}

extension Array {
  /// The first place where `predicate` holds, if it holds for every later one too.
  fileprivate func partitioningIndex(_ predicate: (Element) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if predicate(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
