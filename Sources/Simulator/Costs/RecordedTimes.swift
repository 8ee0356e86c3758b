import Programs
import Traces

/// Durations of a program's instructions, taken from records of a run of that same program: without waits, and without the
/// time in which the device's thread was off its processor (``Traces/TraceRecord/withheld``).
public struct RecordedTimes: Sendable {
  private let catalogue: InstructionCatalogue
  private let warmupSteps: Int
  private let spinNanoseconds: Int64
  /// Per device and instruction, nanoseconds without waiting.
  private var durations: [[[Int64]]]
  /// Of receives that slept: from the arrival of the message to the end.
  private var wakes: [Int64] = []

  /// Durations that are kept of each instruction, the first ones.
  private static let kept = 101

  /// - Parameters:
  ///   - warmupSteps: steps at the start that are left out.
  ///   - spinNanoseconds: how long the run's threads looked before they slept.
  public init(_ program: Program, warmupSteps: Int = 0, spinNanoseconds: Int64) {
    catalogue = InstructionCatalogue(program)
    self.warmupSteps = warmupSteps
    self.spinNanoseconds = spinNanoseconds
    durations = program.devices.map { $0.instructions.map { _ in [] } }
  }

  /// Takes in what an executor wrote.
  public mutating func add(_ batch: TraceBatch) {
    for (device, records) in batch.records.enumerated() {
      for record in records where record.step >= warmupSteps {
        let instruction = Int(record.instruction)
        let duration = RecordedDuration(
          record, kind: catalogue.kind(device: device, instruction: instruction), spinNanoseconds: spinNanoseconds)
        if duration.isWake {
          if wakes.count < Self.kept * durations[device].count { wakes.append(duration.undisturbed) }
        } else if durations[device][instruction].count < Self.kept {
          durations[device][instruction].append(duration.undisturbed)
        }
      }
    }
  }

  /// The median of each instruction over the steps; nil for one that was never recorded without sleeping.
  public func median(device: Int, position: Int) -> Int64? { Self.median(durations[device][position]) }

  /// The median time from the arrival of an awaited message to the going on of a receiver that slept; nil where
  /// none did.
  public var medianWake: Int64? { Self.median(wakes) }

  /// The medians as costs; what was never recorded takes nothing.
  public func costs() -> CostTable {
    CostTable(
      catalogue.program,
      assumptions: ["costs are the median durations of a recorded run, without its waits and what was withheld"]
    ) { device, position in
      (median(device: device.device, position: position) ?? 0) * SimulatedTime.perNanosecond
    }
  }

  /// Work, size and nanoseconds of every recorded instruction.
  func samples() -> [(work: Work, size: WorkSize, nanoseconds: Double)] {
    let program = catalogue.program
    return program.devices.flatMap { device in
      device.instructions.indices.compactMap { position in
        median(device: device.device, position: position).map { duration in
          let instruction = device.instructions[position]
          return (
            device.work(of: instruction, messages: program.messages), device.size(of: instruction), Double(duration)
          )
        }
      }
    }
  }

  private static func median(_ values: [Int64]) -> Int64? {
    values.isEmpty ? nil : values.sorted()[values.count / 2]
  }
}
