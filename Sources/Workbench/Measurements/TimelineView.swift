import Programs
import Screens
import Traces

/// Which part of a timeline is seen, and what is selected in it.
///
/// At first the view follows the run and shows the newest steps. Zooming in, panning, marking and selecting hold it: the
/// steps of that moment stay until ``follow()``, while the measurements go on.
public struct TimelineView: Sendable {
  /// The shortest window, in nanoseconds.
  public static let shortest: Int64 = 100

  /// How many of the newest steps are shown while following.
  public private(set) var followedSteps = 1
  /// The steps that were there when the view was held; nil while it follows.
  public private(set) var held: KeptSteps?
  /// The visible time in nanoseconds since the run's start; nil while the view follows.
  public private(set) var heldWindow: Range<Int64>?
  /// The device whose events `,` and `.` go through.
  public private(set) var lane = 0
  public private(set) var selection: TraceSpan?
  /// A time to measure from.
  public private(set) var mark: Int64?
  /// Whether the selected span is described in full.
  public private(set) var showsDetails = false
  /// The critical path of the held steps, where it is shown.
  public private(set) var path: CriticalPath?
  /// Who caused the selected wait; nil where no wait is selected.
  public private(set) var blame: String?
  /// The delays of the held steps, found when a wait is selected for the first time.
  private var delays: DelayCosts?
  /// Whether `f` has focused the selection, so that it fits everything next.
  private var isFocused = false

  public init() {}

  /// Whether the newest steps are shown as they come.
  public var isFollowing: Bool { held == nil }

  /// The steps that the view is about.
  public func steps(of measurements: Measurements) -> KeptSteps { held ?? measurements.timeline }

  /// The visible time; nil where nothing was recorded.
  public func window(of measurements: Measurements) -> Range<Int64>? {
    if let heldWindow { return heldWindow }
    let steps = measurements.timeline.steps.suffix(followedSteps)
    guard let first = steps.first, let last = steps.last else { return nil }
    return first.window.lowerBound..<max(first.window.lowerBound + 1, last.window.upperBound)
  }

  /// Goes back to the newest steps and drops selection and mark.
  public mutating func follow() {
    held = nil
    heldWindow = nil
    selection = nil
    mark = nil
    isFocused = false
    path = nil
    blame = nil
    delays = nil
  }

  /// Keeps the steps and the window of this moment; false where there are none.
  public mutating func hold(_ measurements: Measurements) -> Bool {
    guard isFollowing else { return true }
    guard !measurements.timeline.isEmpty, let window = window(of: measurements) else { return false }
    held = measurements.timeline
    heldWindow = window
    return true
  }

  // MARK: What keys do

  /// Shows `factor` times as much time; below 1 zooms in. The selected span's middle stays where it is, else the middle
  /// of the window.
  public mutating func zoom(by factor: Double, _ measurements: Measurements) {
    if isFollowing, factor > 1 {
      followedSteps = min(2 * followedSteps, max(1, measurements.timeline.steps.count))
      return
    }
    if isFollowing, followedSteps > 1 {
      followedSteps /= 2
      return
    }
    guard hold(measurements), let window = heldWindow, let extent = held?.extent, factor > 0 else { return }
    let centre = selection.map { $0.begin + ($0.end - $0.begin) / 2 }.flatMap { window.contains($0) ? $0 : nil }
    let middle = centre ?? window.lowerBound + window.length / 2
    let whole = max(Self.shortest, extent.length)
    let length = min(max(Int64(Double(window.length) * factor), Self.shortest), whole)
    let share = Double(middle - window.lowerBound) / Double(max(1, window.length))
    show(from: middle - Int64((share * Double(length)).rounded()), length: length)
    isFocused = false
  }

  /// Moves the window by a share of its length, to the right where positive, no further than there are steps.
  ///
  /// There is nothing newer to the right of a view that follows.
  public mutating func pan(by share: Double, _ measurements: Measurements) {
    if isFollowing, share > 0 { return }
    guard hold(measurements), let window = heldWindow else { return }
    show(from: window.lowerBound + Int64(Double(window.length) * share), length: window.length)
    isFocused = false
  }

  /// Selects the next or previous span on the lane; without a selection the first or last visible one.
  public mutating func selectEvent(forward: Bool, _ measurements: Measurements) {
    guard hold(measurements), let timeline = held, let window = heldWindow else { return }
    lane = min(lane, max(0, timeline.deviceCount - 1))
    if let selection {
      guard let found = forward ? timeline.next(after: selection) : timeline.previous(before: selection) else { return }
      select(found)
    } else {
      let visible = timeline.spans(of: lane, in: window)
      guard let found = forward ? visible.first : visible.last else { return }
      select(found)
    }
  }

  /// Goes up or down by devices; a selected span hands over to what the other device did in the middle of its visible
  /// part.
  public mutating func moveLane(by count: Int, _ measurements: Measurements) {
    let devices = steps(of: measurements).deviceCount
    lane = min(max(0, lane + count), max(0, devices - 1))
    guard let selection, let timeline = held, let window = heldWindow, selection.device != lane else { return }
    let seen = (selection.begin..<max(selection.begin + 1, selection.end)).clamped(to: window)
    let middle = seen.isEmpty ? selection.begin : seen.lowerBound + seen.length / 2
    if let found = timeline.span(of: lane, at: middle) { select(found) } else { self.selection = nil }
  }

  /// Fills the view with the selected span and as much again on both sides; with all kept steps the second time, and
  /// where nothing is selected.
  public mutating func focusOrFit(_ measurements: Measurements) {
    guard hold(measurements), let extent = held?.extent else { return }
    if let selection, !isFocused {
      let length = max(Self.shortest, 3 * (selection.end - selection.begin))
      show(from: selection.begin - (length - selection.nanoseconds) / 2, length: length)
      isFocused = true
    } else {
      show(from: extent.lowerBound, length: max(Self.shortest, extent.length))
      isFocused = false
    }
  }

  /// Marks the begin of the selected span, or the middle of the window; the same place twice removes the mark.
  public mutating func toggleMark(_ measurements: Measurements) {
    guard hold(measurements), let window = heldWindow else { return }
    let place = selection?.begin ?? window.lowerBound + window.length / 2
    mark = mark == place ? nil : place
  }

  /// Shows the critical path of the held steps, or hides it.
  mutating func togglePath(_ measurements: Measurements) {
    guard path == nil else {
      path = nil
      return
    }
    guard hold(measurements), let held else { return }
    path = AnalysedSteps(held.steps, catalogue: held.catalogue).map { CriticalPath($0) }
  }

  /// Shows the begin of the oldest kept step.
  public mutating func goToBeginning(_ measurements: Measurements) {
    guard hold(measurements), let window = heldWindow, let extent = held?.extent else { return }
    show(from: extent.lowerBound, length: window.length)
  }

  mutating func toggleDetails(_ measurements: Measurements) {
    if selection == nil { selectEvent(forward: true, measurements) }
    if selection != nil { showsDetails.toggle() }
  }

  /// Lets go of selection and mark; false where there was none.
  mutating func dropSelection() -> Bool {
    guard selection != nil || mark != nil else { return false }
    selection = nil
    mark = nil
    showsDetails = false
    return true
  }

  private mutating func select(_ span: TraceSpan) {
    selection = span
    isFocused = false
    blame = nil
    if span.kind == .wait, let held {
      if delays == nil { delays = AnalysedSteps(held.steps, catalogue: held.catalogue).map { DelayCosts($0) } }
      blame = delays?.explain(span)
    }
    guard let window = heldWindow else { return }
    if span.begin < window.lowerBound || span.end > window.upperBound {
      show(from: span.begin - max(0, window.length - span.nanoseconds) / 2, length: window.length)
    }
  }

  /// Sets the window, kept inside of the steps.
  private mutating func show(from begin: Int64, length: Int64) {
    guard let extent = held?.extent else { return }
    let latest = max(extent.lowerBound, extent.upperBound - length)
    let start = min(max(begin, extent.lowerBound), latest)
    heldWindow = start..<start + length
  }
}

extension Range<Int64> {
  var length: Int64 { upperBound - lowerBound }
}
