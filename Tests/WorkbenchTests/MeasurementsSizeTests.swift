import Machines
import Screens
import Testing
import Traces

@testable import Workbench

@Suite("Panels at every size")
struct MeasurementsSizeTests {
  typealias Draw = (inout Surface, Rect, Bool) -> Void

  /// Every panel in its states: before a run, without a closed step, measured, selected and marked.
  private func pictures() -> [(name: String, draw: Draw)] {
    var waiting = Measurements.empty(MeasurementsFixture.pipeline)
    waiting.state = .running
    var learned = MeasurementsFixture.measurements(MeasurementsFixture.pipeline)
    learned.learning = MeasurementsFixture.learning
    var view = TimelineView()
    for key: Key in [.character("."), .character("m"), .character("."), .character("."), .enter] {
      _ = view.handle(key, learned)
    }
    var messages = CommunicationView()
    _ = messages.handle(.character("b"), learned)
    var links = CommunicationView()
    _ = links.handle(.character("l"), learned)
    let hosts = Machine(
      devices: 16, link: .emulated(latencyNanoseconds: 20_000, bytesPerSecond: 1e8),
      topology: .hosts(devices: 4, inside: .shared))
    let sixteen = MeasurementsFixture.exchange(devices: 16)
    let hosted = MeasurementsFixture.measurements(sixteen, machine: hosts)
    let unmeasured = Measurements(ProgramFacts(sixteen, machine: hosts))
    var smooth = LearningView()
    _ = smooth.handle(.character("l"))
    _ = smooth.handle(.character("o"))
    let states = [
      ("empty", Measurements.empty(MeasurementsFixture.pipeline)), ("waiting", waiting), ("learned", learned),
      ("serial", MeasurementsFixture.measurements(MeasurementsFixture.serial)),
      ("sixteen", MeasurementsFixture.measurements(MeasurementsFixture.exchange(devices: 16))),
    ]
    return states.flatMap { name, measurements -> [(String, Draw)] in
      [
        ("\(name) timeline", { drawTimeline(measurements, TimelineView(), into: &$0, in: $1, expanded: $2) }),
        ("\(name) devices", { drawDevices(measurements, into: &$0, in: $1, expanded: $2) }),
        ("\(name) communication", { drawCommunication(measurements, messages, into: &$0, in: $1, expanded: $2) }),
        ("\(name) learning", { drawLearning(measurements, smooth, into: &$0, in: $1, expanded: $2) }),
      ]
    } + [
      ("links", { drawCommunication(hosted, links, into: &$0, in: $1, expanded: $2) }),
      ("links before a run", { drawCommunication(unmeasured, links, into: &$0, in: $1, expanded: $2) }),
    ] + [("selected timeline", { drawTimeline(learned, view, into: &$0, in: $1, expanded: $2) })]
  }

  @Test("Drawing stays inside of its rectangle", arguments: [false, true])
  func totality(isExpanded: Bool) {
    let widths = [0, 1, 2, 3, 5, 9, 20, 26, 40, 80, 140]
    let heights = [0, 1, 2, 3, 5, 8, 16, 40]
    for (name, draw) in pictures() {
      for width in widths {
        for height in heights {
          var surface = Surface(width: width + 4, height: height + 2)
          surface.fill(surface.bounds, "#", role: .error)
          let place = Rect(x: 2, y: 1, width: width, height: height)
          draw(&surface, place, isExpanded)
          #expect(isUntouched(surface, outside: place), "\(name) at \(width)x\(height)")
        }
      }
    }
  }

  private func isUntouched(_ surface: Surface, outside place: Rect) -> Bool {
    (0..<surface.height).allSatisfy { y in
      let isBeside = y >= place.y && y < place.maxY
      let columns = isBeside ? [0, 1, surface.width - 2, surface.width - 1] : Array(0..<surface.width)
      return columns.allSatisfy { surface[$0, y] == Cell("#", role: .error) }
    }
  }

  @Test("ASCII glyphs are enough for every panel")
  func ascii() {
    for (name, draw) in pictures() {
      let surface = screen(100, 30, .ascii) { draw(&$0, $1, true) }
      #expect(surface.cells.allSatisfy { $0.scalar.isASCII }, "\(name)")
    }
  }

  @Test("A small panel says something in every state")
  func small() {
    for (name, draw) in pictures() {
      let surface = screen(26, 5) { draw(&$0, $1, false) }
      #expect(surface.glyphRows.contains { !$0.isEmpty }, "\(name)")
    }
  }
}
