import Files
import Scenes
import Traces

/// The files that an executor's trace is written to while it runs: Chrome trace, spans, and at the end the picture.
struct TraceFiles {
  private let files: Outputs
  private let scene: String
  private var trace: ChromeTraceWriter<OutputFile>?
  private var csv: SpanCSVWriter<OutputFile>?

  init(_ files: Outputs, catalogue: InstructionCatalogue, scene: Scene, clock: Clock) {
    self.files = files
    self.scene = scene.name
    let description = TraceDescription(scene: scene.name, clock: clock, seed: scene.training.seed)
    trace = files[.trace].map { ChromeTraceWriter($0, catalogue: catalogue, description: description) }
    csv = files[.csv].map { SpanCSVWriter($0, catalogue: catalogue) }
  }

  mutating func append(_ batch: TraceBatch) {
    trace?.append(batch)
    csv?.append(batch)
  }

  mutating func finish(_ statistics: RunStatistics) {
    trace?.finish()
    files.finish(.trace)
    files.finish(.csv)
    let title = "\(scene) · \(statistics.catalogue.program.strategy)"
    files.write(TimelinePicture(statistics.timeline(lastSteps: 3), title: title).svg, to: .svg)
  }
}
