import Programs
import Traces

/// Durations of a program's instructions, taken from records of a run of that same program: without waits, and without the
/// time in which the device's thread was off its processor (``Traces/TraceRecord/withheld``).
public struct RecordedTimes: Sendable {
  private let catalogue: InstructionCatalogue
  private let warmupSteps: Int
  private let spinNanoseconds: Int64
  /// Per device and instruction.
  private var durations: [[GaugedDurations]]
  /// Of receives that slept: from the arrival of the message to the end.
  private var wakes: [Int64] = []
  /// Per device, durations since the last reading of the gauge: the next one counts for them too.
  private var pending: [[(instruction: Int, nanoseconds: Int64, gauge: Int32, end: Int64)]]
  /// The shortest reading of the processors' gauge (``Traces/TraceRecord/gauge``); nil where nobody gauged.
  public private(set) var shortestGauge: Int32?

  /// - Parameters:
  ///   - warmupSteps: steps at the start that are left out.
  ///   - spinNanoseconds: how long the run's threads looked before they slept.
  public init(_ program: Program, warmupSteps: Int = 0, spinNanoseconds: Int64) {
    catalogue = InstructionCatalogue(program)
    self.warmupSteps = warmupSteps
    self.spinNanoseconds = spinNanoseconds
    durations = program.devices.map { $0.instructions.map { _ in GaugedDurations() } }
    pending = program.devices.map { _ in [] }
  }

  /// Takes in what an executor wrote.
  public mutating func add(_ batch: TraceBatch) {
    for (device, records) in batch.records.enumerated() {
      for record in records where record.step >= warmupSteps {
        let instruction = Int(record.instruction)
        let duration = RecordedDuration(
          record, kind: catalogue.kind(device: device, instruction: instruction), spinNanoseconds: spinNanoseconds)
        if record.gauge > 0 { shortestGauge = min(shortestGauge ?? .max, record.gauge) }
        if duration.isWake {
          if wakes.count < GaugedDurations.kept * durations[device].count { wakes.append(duration.undisturbed) }
        } else if record.gauge == 0 {
          durations[device][instruction].add(duration.undisturbed, gauge: 0)
        } else {
          if let first = pending[device].first, let last = pending[device].last,
            last.gauge != record.gauge || record.end - first.end > Self.longestPending
          {
            settle(device, reading: record.gauge)
          }
          pending[device].append((instruction, duration.undisturbed, record.gauge, record.end))
        }
      }
    }
  }

  /// Equal readings may follow one another: after so many nanoseconds there has been one.
  private static let longestPending = 2 * UndisturbedSteps.gaugeInterval

  /// Takes in the pending durations of a device, now that its gauge was read again.
  private mutating func settle(_ device: Int, reading: Int32) {
    for item in pending[device] {
      durations[device][item.instruction].add(item.nanoseconds, gauge: max(item.gauge, reading))
    }
    pending[device].removeAll(keepingCapacity: true)
  }

  /// Takes in what no further reading of the gauge follows.
  public mutating func finish() {
    for device in pending.indices { settle(device, reading: 0) }
  }

  /// The median of each instruction over the steps; nil for one that was never recorded without sleeping.
  public func median(device: Int, position: Int) -> Int64? { durations[device][position].median }

  /// The median time from the arrival of an awaited message to the going on of a receiver that slept; nil where
  /// none did.
  public var medianWake: Int64? { GaugedDurations.median(wakes) }

  /// The medians as costs; what was never recorded takes nothing.
  public func costs() -> CostTable {
    CostTable(
      catalogue.program,
      assumptions: ["costs are the median durations of a recorded run, without its waits and what was withheld"]
    ) { device, position in
      (median(device: device.device, position: position) ?? 0) * SimulatedTime.perNanosecond
    }
  }

  /// What a calibration learns of one instruction.
  struct Sample {
    var work: Work
    var size: WorkSize
    var workingSet: WorkingSet
    var nanoseconds: Double
    /// Whether the time is that of undisturbed processors.
    var isUndisturbed: Bool
  }

  /// Every recorded instruction: on undisturbed processors where it was seen there often enough, else on those that there were.
  ///
  /// - Parameter fastestGauge: the gauge's nanoseconds on an undisturbed processor; nil where nobody gauged.
  func samples(fastestGauge: Double?) -> [Sample] {
    let program = catalogue.program
    return program.devices.flatMap { device in
      let workingSet = WorkingSet(of: device)
      return device.instructions.indices.compactMap { position in
        let own = durations[device.device][position]
        let calm = fastestGauge.flatMap { own.undisturbedMedian(fastest: $0) }
        return (calm ?? own.median).map { duration in
          let instruction = device.instructions[position]
          return Sample(
            work: device.work(of: instruction, messages: program.messages), size: device.size(of: instruction),
            workingSet: workingSet, nanoseconds: Double(duration), isUndisturbed: calm != nil)
        }
      }
    }
  }

  /// The share of the instructions' time that was seen often enough on undisturbed processors.
  ///
  /// - Parameter fastestGauge: the gauge's nanoseconds on an undisturbed processor.
  public func undisturbedShare(fastestGauge: Double) -> Double {
    var (whole, calm) = (0.0, 0.0)
    for own in durations.joined() {
      guard let median = own.median else { continue }
      whole += Double(median)
      if own.undisturbedMedian(fastest: fastestGauge) != nil { calm += Double(median) }
    }
    return whole > 0 ? calm / whole : 0
  }
}
