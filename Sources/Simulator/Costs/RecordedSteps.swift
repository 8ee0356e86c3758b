import Programs
import Traces

/// Recorded steps as costs, each step with its own durations and without its waits: a simulation of them, with devices that go
/// on at once after a wait, should come out as the run did.
struct RecordedSteps: CostSource {
  /// Picoseconds per device, and there per step and instruction.
  private let durations: [[Int64]]
  /// Instructions per device.
  private let lengths: [Int]
  /// How many steps there are.
  let count: Int
  let assumptions = ["costs are the durations of recorded steps, each step with its own"]

  /// - Parameters:
  ///   - spinNanoseconds: how long the run's threads looked before they slept.
  ///   - usualWakeNanoseconds: leaves out the time in which devices' threads were off their processors, and what waking up took
  ///     longer than this; nil for all that happened.
  init(_ steps: AnalysedSteps, spinNanoseconds: Int64, usualWakeNanoseconds: Double?) {
    let first = steps.numbers.lowerBound
    let lengths = steps.catalogue.program.devices.map(\.instructions.count)
    self.lengths = lengths
    count = steps.count
    durations = steps.records.enumerated().map { device, records in
      var own = [Int64](repeating: 0, count: steps.count * lengths[device])
      for record in records where steps.numbers.contains(Int(record.step)) {
        let instruction = Int(record.instruction)
        let duration = RecordedDuration(
          record, kind: steps.catalogue.kind(device: device, instruction: instruction),
          spinNanoseconds: spinNanoseconds)
        let picoseconds: Int64 =
          if let usualWakeNanoseconds {
            min(
              SimulatedTime.perNanosecond * duration.undisturbed,
              duration.isWake ? SimulatedTime.picoseconds(nanoseconds: usualWakeNanoseconds) : .max)
          } else {
            SimulatedTime.perNanosecond * duration.whole
          }
        own[(Int(record.step) - first) * lengths[device] + instruction] = picoseconds
      }
      return own
    }
  }

  func picoseconds(device: Int, position: Int, step: Int) -> Int64 {
    durations[device][step * lengths[device] + position]
  }
}
