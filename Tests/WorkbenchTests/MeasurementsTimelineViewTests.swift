import Screens
import Testing
import Traces

@testable import Workbench

@Suite("Timeline view")
struct MeasurementsTimelineViewTests {
  let measurements = MeasurementsFixture.measurements(MeasurementsFixture.pipeline, steps: 5)

  private func view(_ keys: String, from start: TimelineView = TimelineView()) -> TimelineView {
    var view = start
    for key in keys { _ = view.handle(.character(key), measurements) }
    return view
  }

  private func middle(_ window: Range<Int64>) -> Int64 {
    window.lowerBound + (window.upperBound - window.lowerBound) / 2
  }

  @Test("Zooming keeps the middle of the window, or of the selected span, in its place")
  func zoomKeepsCentre() throws {
    // Panned to the inside, where no end of the steps is in the way.
    let start = view("wwaaaa")
    let before = try #require(start.heldWindow)
    let near = try #require(view("ww", from: start).heldWindow)
    #expect(near.length == before.length / 4)
    #expect(abs(middle(near) - middle(before)) <= 1)
    let back = try #require(view("wwss", from: start).heldWindow)
    #expect(abs(back.lowerBound - before.lowerBound) <= 4)

    let selected = view(".", from: start)
    let span = try #require(selected.selection)
    let window = try #require(selected.heldWindow)
    let zoomed = try #require(view("w", from: selected).heldWindow)
    let time = span.begin + span.nanoseconds / 2
    let share = Double(time - window.lowerBound) / Double(window.length)
    let shareAfter = Double(time - zoomed.lowerBound) / Double(zoomed.length)
    #expect(abs(share - shareAfter) < 0.001)
  }

  @Test("Zooming ends at the shortest window and at all kept steps")
  func zoomLimits() throws {
    let extent = try #require(measurements.timeline.extent)
    let near = view(String(repeating: "w", count: 60))
    #expect(near.heldWindow?.length == TimelineView.shortest)
    let far = view(String(repeating: "s", count: 60), from: near)
    #expect(far.heldWindow == extent)
  }

  @Test("Panning stops at the first and the last kept step")
  func panLimits() throws {
    let extent = try #require(measurements.timeline.extent)
    let left = view("w" + String(repeating: "a", count: 100))
    #expect(left.heldWindow?.lowerBound == extent.lowerBound)
    let right = view(String(repeating: "d", count: 200), from: left)
    #expect(right.heldWindow?.upperBound == extent.upperBound)
    #expect(right.heldWindow?.length == left.heldWindow?.length)
  }

  @Test("Next and previous go through every event of a device, in order and back", arguments: [0, 1])
  func eventOrder(device: Int) throws {
    let extent = try #require(measurements.timeline.extent)
    let all = measurements.timeline.spans(of: device, in: extent)
    var view = TimelineView()
    if device == 1 { _ = view.handle(.down, measurements) }
    _ = view.hold(measurements)
    _ = view.handle(.home, measurements)
    var seen: [TraceSpan] = []
    for _ in all {
      _ = view.handle(.character("."), measurements)
      let span = try #require(view.selection)
      let window = try #require(view.heldWindow)
      #expect(span.begin < window.upperBound && span.end > window.lowerBound)
      seen.append(span)
    }
    #expect(seen == all)
    #expect(zip(all, all.dropFirst()).allSatisfy { $0.end <= $1.begin })
    // The last event has no next one.
    _ = view.handle(.character("."), measurements)
    #expect(view.selection == all.last)
    for span in all.dropLast().reversed() {
      _ = view.handle(.character(","), measurements)
      #expect(view.selection == span)
    }
    _ = view.handle(.character(","), measurements)
    #expect(view.selection == all.first)
  }

  @Test("Moving to another device selects what it did meanwhile and stops at the last one")
  func lanes() throws {
    var view = view("..")
    let first = try #require(view.selection)
    _ = view.handle(.down, measurements)
    #expect(view.lane == 1)
    let second = try #require(view.selection)
    #expect(second.device == 1)
    #expect(second.begin <= first.begin + first.nanoseconds / 2 && second.end > first.begin)
    _ = view.handle(.character("j"), measurements)
    #expect(view.lane == 1)
    _ = view.handle(.up, measurements)
    _ = view.handle(.character("k"), measurements)
    #expect(view.lane == 0)
  }

  @Test("Focus fills the view with the selection, then fits everything")
  func focus() throws {
    let focused = view("..f")
    let span = try #require(focused.selection)
    let window = try #require(focused.heldWindow)
    #expect(window.length == 3 * span.nanoseconds)
    #expect(window.contains(span.begin) && window.upperBound >= span.end)
    #expect(view("f", from: focused).heldWindow == measurements.timeline.extent)
    #expect(view("f").heldWindow == measurements.timeline.extent)
  }

  @Test("A mark is where the selection begins; the same place removes it")
  func marks() throws {
    let marked = view(".m")
    #expect(marked.mark == marked.selection?.begin)
    #expect(view("m", from: marked).mark == nil)
    let away = view(".", from: marked)
    let distance = try #require(away.selection).begin - (try #require(marked.mark))
    let surface = screen(80, 16) { drawTimeline(measurements, away, into: &$0, in: $1) }
    #expect(surface.shows("\(Format.time(Double(distance) * 1e-9)) after the mark"))
  }

  @Test("Following shows the newest steps; a held view keeps its own while the run goes on")
  func following() throws {
    let program = MeasurementsFixture.pipeline
    var live = Measurements.empty(program)
    #expect(TimelineView().window(of: live) == nil)
    live.take(MeasurementsFixture.statistics(program, steps: 3, kept: 2))
    var view = TimelineView()
    #expect(view.window(of: live) == live.timeline.steps.last?.window)
    let later = MeasurementsFixture.statistics(program, steps: 9, kept: 2)
    _ = view.handle(.character("a"), live)
    let window = view.window(of: live)
    let before = screen(80, 12) { drawTimeline(live, view, into: &$0, in: $1) }
    live.take(later)
    #expect(live.timeline.steps.map(\.step) == [7, 8])
    #expect(view.window(of: live) == window)
    #expect(screen(80, 12) { drawTimeline(live, view, into: &$0, in: $1) } == before)
    #expect(live.note(on: view).hasSuffix("held"))
    _ = view.handle(.end, live)
    #expect(view.isFollowing)
    #expect(view.window(of: live) == live.timeline.steps.last?.window)
    _ = view.handle(.character("s"), live)
    #expect(view.window(of: live) == live.timeline.extent)
    _ = view.handle(.character("w"), live)
    #expect(view.window(of: live) == live.timeline.steps.last?.window)
  }

  @Test("Every listed key does something, once; others are left to others")
  func listedKeys() {
    let keys = TimelineView.keys.flatMap(\.keys)
    #expect(Set(keys).count == keys.count)
    for key in keys {
      var view = view(".")
      let isTaken = view.handle(key, measurements)
      #expect(isTaken, "\(key)")
    }
    var fresh = TimelineView()
    for key: Key in [.character("q"), .escape] {
      let isTaken = fresh.handle(key, measurements)
      #expect(!isTaken, "\(key)")
    }
    for key in DevicesView.keys.flatMap(\.keys) {
      var devices = DevicesView()
      let isTaken = devices.handle(key, measurements)
      #expect(isTaken, "\(key)")
    }
    for key in CommunicationView.keys.flatMap(\.keys) {
      var communication = CommunicationView()
      let isTaken = communication.handle(key, measurements)
      #expect(isTaken, "\(key)")
    }
    for key in LearningView.keys.flatMap(\.keys) {
      var learning = LearningView()
      let isTaken = learning.handle(key)
      #expect(isTaken, "\(key)")
    }
  }

  @Test("Without steps no key breaks anything")
  func nothingRecorded() {
    let empty = Measurements.empty(MeasurementsFixture.pipeline)
    var view = TimelineView()
    for key in TimelineView.keys.flatMap(\.keys) { _ = view.handle(key, empty) }
    #expect(view.isFollowing)
    #expect(view.selection == nil)
  }
}
