import Programs
import Traces

/// The last steps of a run as spans per device, cut from the records on demand. A copy keeps its steps for as long as
/// it lives, whatever the run does meanwhile.
public struct KeptSteps: Sendable {
  /// Names of the instructions.
  public let catalogue: InstructionCatalogue
  /// Adjacent in number, oldest first.
  public let steps: [RecentStep]

  /// These steps of a run of the catalogued program.
  public init(_ catalogue: InstructionCatalogue, steps: [RecentStep] = []) {
    self.catalogue = catalogue
    self.steps = steps
  }

  public var isEmpty: Bool { steps.isEmpty }
  /// How many devices there are.
  public var deviceCount: Int { catalogue.program.devices.count }

  /// From the begin of the first step to the end of the last, in nanoseconds since the run's start; nil without steps.
  public var extent: Range<Int64>? {
    guard let first = steps.first, let last = steps.last else { return nil }
    return first.window.lowerBound..<max(first.window.lowerBound, last.window.upperBound)
  }

  /// The steps that lie at least partly in `window`.
  public func steps(in window: Range<Int64>) -> ArraySlice<RecentStep> {
    let first = steps.firstIndex { $0.window.upperBound > window.lowerBound } ?? steps.endIndex
    let last = steps.lastIndex { $0.window.lowerBound < window.upperBound } ?? -1
    return first <= last ? steps[first...last] : []
  }

  /// The step that a time lies in, the nearest one outside of all; nil without steps.
  public func step(at time: Int64) -> RecentStep? {
    steps.first { time < $0.window.upperBound } ?? steps.last
  }

  /// What a device did one after the other, spans of some length only, that lie at least partly in `window`.
  public func spans(of device: Int, in window: Range<Int64>) -> [TraceSpan] {
    var spans: [TraceSpan] = []
    for record in records(of: device, in: window) {
      spans += catalogue.spans(of: record, device: device).filter { span in
        span.begin < span.end && span.begin < window.upperBound && span.end > window.lowerBound
      }
    }
    return spans
  }

  /// Why a device waited, in a sentence (``Timeline/explain(_:)``); nil for a span that is no waiting.
  public func explain(_ span: TraceSpan) -> String? {
    // Devices may be a step apart.
    Timeline(steps.filter { abs($0.step - span.step) <= 1 }, catalogue: catalogue).explain(span)
  }

  /// The longest waits that begin in `window`, for a partner or for words on the wire, with a sentence on each, the longest
  /// first.
  public func longestWaits(in window: Range<Int64>, count: Int) -> [(span: TraceSpan, sentence: String)] {
    guard count > 0 else { return [] }
    let waits = (0..<deviceCount).flatMap { device in
      spans(of: device, in: window).filter { ($0.kind == .wait || $0.kind == .receive) && window.contains($0.begin) }
    }
    let longest = waits.sorted { ($0.nanoseconds, $1.begin, $1.device) > ($1.nanoseconds, $0.begin, $0.device) }
      .prefix(count)
    guard let first = longest.map(\.step).min(), let last = longest.map(\.step).max() else { return [] }
    let timeline = Timeline(steps.filter { ($0.step >= first - 1) && $0.step <= last + 1 }, catalogue: catalogue)
    return longest.compactMap { span in timeline.explain(span).map { (span, $0) } }
  }

  /// A span's name; a wait is named by what was waited for.
  public func label(of span: TraceSpan) -> String { Timeline([RecentStep](), catalogue: catalogue).label(of: span) }

  /// Stretches in which a message for a device was on the wire while the device did other things, in order and apart
  /// from each other: communication that cost nothing.
  public func hiddenTransfers(to device: Int, in window: Range<Int64>) -> [Range<Int64>] {
    hidden(to: device, in: window) { $1 }.intervals
  }

  /// The part of these in which the device had computed all of the message's step: hidden behind the next step's forward.
  public func transfersBehindNextForward(to device: Int, in window: Range<Int64>) -> [Range<Int64>] {
    guard catalogue.program.devices[device].runsAcross else { return [] }
    var ends: [Int32: Int64] = [:]
    return hidden(to: device, in: window) { record, range in
      let end = ends[record.step] ?? computeEnd(of: device, step: record.step) ?? .max
      ends[record.step] = end
      return end < range.upperBound ? max(end, range.lowerBound)..<range.upperBound : nil
    }.intervals
  }

  /// Stretches of hidden transfers, of each message what `part` leaves.
  private func hidden(
    to device: Int, in window: Range<Int64>, part: (TraceRecord, Range<Int64>) -> Range<Int64>?
  ) -> IntervalSet {
    // A message may have travelled long before its receive; the records until then lie further right.
    let moving = steps(in: window).flatMap { step in
      step.records[device].compactMap { record in
        catalogue.hiddenTransfer(of: record, device: device).flatMap { part(record, $0) }
      }
    }
    let busy = spans(of: device, in: window).filter { $0.kind.activity == .communication }.map { $0.begin..<$0.end }
    return IntervalSet(moving).clipped(to: window).subtracting(IntervalSet(busy))
  }

  /// When a device had computed all of a step, where the next one may have begun then; nil of steps that end together.
  private func computeEnd(of device: Int, step: Int32) -> Int64? {
    let program = catalogue.program.devices[device]
    guard program.runsAcross, let last = program.lanes.lastIndex(of: .compute) else { return nil }
    for kept in steps where abs(Int32(kept.step) - step) <= 1 {
      if let record = kept.records[device].last(where: { $0.step == step && $0.instruction == last }) {
        return record.end
      }
    }
    return nil
  }

  /// The span that covers a time, or the nearest one of that device; nil where it has none.
  public func span(of device: Int, at time: Int64) -> TraceSpan? {
    guard let step = step(at: time) else { return nil }
    return spans(of: device, in: step.window).min { distance($0, time) < distance($1, time) }
  }

  /// The span after `span` on its device, across steps; nil at the end.
  public func next(after span: TraceSpan) -> TraceSpan? {
    guard let extent else { return nil }
    let later = span.begin..<max(span.end, extent.upperBound)
    guard let step = steps.first(where: { $0.window.upperBound > span.end }) else { return nil }
    let near = spans(of: span.device, in: span.begin..<max(span.end, step.window.upperBound))
    return near.first { $0.begin >= span.end } ?? spans(of: span.device, in: later).first { $0.begin >= span.end }
  }

  /// The span before `span` on its device, across steps; nil at the beginning.
  public func previous(before span: TraceSpan) -> TraceSpan? {
    guard let extent else { return nil }
    guard let step = steps.last(where: { $0.window.lowerBound < span.begin }) else { return nil }
    let near = spans(of: span.device, in: step.window.lowerBound..<max(step.window.lowerBound, span.end))
    return near.last { $0.end <= span.begin }
      ?? spans(of: span.device, in: min(extent.lowerBound, span.begin)..<span.begin).last { $0.end <= span.begin }
  }

  /// The records of a device that may reach into `window`; a device's records follow each other.
  private func records(of device: Int, in window: Range<Int64>) -> [TraceRecord] {
    // A step's records may lie outside of its window: another device ended it, so neighbours are looked at as well.
    let near = steps.indices.filter { index in
      let own = steps[index].records[device]
      guard let first = own.first, let last = own.last else { return false }
      return first.begin < window.upperBound && last.end > window.lowerBound
    }
    return near.flatMap { index in
      let own = steps[index].records[device]
      let first = own.partitioningIndex { $0.end > window.lowerBound }
      let last = own.partitioningIndex { $0.begin >= window.upperBound }
      return own[first..<max(first, last)]
    }
  }

  private func distance(_ span: TraceSpan, _ time: Int64) -> Int64 {
    time < span.begin ? span.begin - time : max(0, time - span.end + 1)
  }
}

extension Array {
  /// The first index whose element and all after it satisfy `belongs`, by bisection.
  func partitioningIndex(where belongs: (Element) -> Bool) -> Int {
    var low = startIndex
    var high = endIndex
    while low < high {
      let middle = (low + high) / 2
      if belongs(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
