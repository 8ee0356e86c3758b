import Screens
import Testing
import Traces

@testable import Workbench

@Suite("Panels as text")
struct MeasurementsPictureTests {
  let pipeline = MeasurementsFixture.measurements(MeasurementsFixture.pipeline)

  @Test("A pipeline shows the cells of its schedule, its waits and the steps' borders")
  func pipelineTimeline() {
    expect(
      screen(64, 10) { drawTimeline(pipeline, TimelineView(), into: &$0, in: $1) },
      shows: """
        """)
  }

  @Test("A selected wait is explained")
  func selectedWait() {
    var view = TimelineView()
    for _ in 0..<7 { _ = view.handle(.character("."), pipeline) }
    expect(
      screen(64, 7) { drawTimeline(pipeline, view, into: &$0, in: $1) },
      shows: """
        """)
  }

  @Test("ASCII and a small panel: a row per device, the axis, the legend's begin")
  func smallTimeline() {
    expect(
      screen(26, 5, .ascii) { drawTimeline(pipeline, TimelineView(), into: &$0, in: $1) },
      shows: """
        """)
  }

  @Test("Before a run the timeline shows the planned order")
  func plannedTimeline() {
    let empty = Measurements.empty(MeasurementsFixture.pipeline)
    expect(
      screen(50, 5) { drawTimeline(empty, TimelineView(), into: &$0, in: $1) },
      shows: """
        """)
  }

  @Test("Devices: a bar per device, computing's share, memory measured and by formula")
  func devices() {
    var measurements = pipeline
    measurements.peaks = [MemoryPeak(byKind: [.parameters: 2048], total: 2048)]
    expect(
      screen(64, 4) { drawDevices(measurements, into: &$0, in: $1) },
      shows: """
        """)
  }

  @Test("Expanded, the devices' numbers stand in tables")
  func expandedDevices() {
    expect(
      screen(84, 20, .ascii) { drawDevices(pipeline, into: &$0, in: $1, expanded: true) },
      shows: """
        """)
  }

  @Test("Communication: the matrix beside the totals by purpose, equal to the formula")
  func communication() {
    let measurements = MeasurementsFixture.measurements(MeasurementsFixture.exchange(devices: 3))
    expect(
      screen(76, 12) { drawCommunication(measurements, CommunicationView(), into: &$0, in: $1, expanded: true) },
      shows: """
        """)
  }

  @Test("Learning: curves with the epochs' begins, and the newest values")
  func learning() {
    var measurements = pipeline
    measurements.learning = MeasurementsFixture.learning
    expect(
      screen(70, 9, .ascii) { drawLearning(measurements, LearningView(), into: &$0, in: $1) },
      shows: """
        """)
  }
}
