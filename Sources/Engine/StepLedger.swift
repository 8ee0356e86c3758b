import Kernels
import Networks
import Traces

/// Puts together what the devices hand over: steps are complete when every device has reported them.
struct StepLedger {
  private let batch: Int
  private let knowsAccuracy: Bool
  private let isTree: Bool
  private let schedule: RateSchedule
  private let totalSteps: Int
  private let stepsPerEpoch: Int
  private var pending: [[DeviceStep]]
  /// Reading positions in ``pending``.
  private var taken: [Int]
  private var lastEnd: Int64 = 0
  /// Running sums of the current epoch.
  private var epoch = (number: 0, result: LossResult(), steps: 0)

  /// News not fetched yet.
  private(set) var trace: TraceBatch
  private var results: [StepResult] = []

  /// - Parameters:
  ///   - knowsAccuracy: whether the devices can tell right answers.
  ///   - isTree: whether there are heads of which any may be right.
  init(
    devices: Int, batch: Int, knowsAccuracy: Bool, isTree: Bool, schedule: RateSchedule, totalSteps: Int,
    stepsPerEpoch: Int
  ) {
    self.batch = batch
    self.knowsAccuracy = knowsAccuracy
    self.isTree = isTree
    self.schedule = schedule
    self.totalSteps = totalSteps
    self.stepsPerEpoch = stepsPerEpoch
    pending = Array(repeating: [], count: devices)
    taken = Array(repeating: 0, count: devices)
    trace = TraceBatch(records: Array(repeating: [], count: devices), dropped: Array(repeating: 0, count: devices))
  }

  /// Notes that the devices were let go.
  mutating func beginSegment(at begin: Int64) { lastEnd = begin }

  /// Takes everything out of the devices' boxes. `keepsTrace` is how many records per device may wait to be fetched.
  mutating func collect(_ ports: [DevicePort]) {
    for (device, port) in ports.enumerated() {
      let content = port.outbox.fetch()
      let room = max(0, port.outbox.capacity - trace.records[device].count)
      trace.records[device] += content.records.prefix(room)
      trace.dropped[device] += content.dropped + max(0, content.records.count - room)
      pending[device] += content.steps
    }
    while let parts = nextStep() { complete(parts) }
    for device in pending.indices where taken[device] == pending[device].count {
      pending[device].removeAll(keepingCapacity: true)
      taken[device] = 0
    }
  }

  /// Hands out the news.
  mutating func fetch() -> (trace: TraceBatch, steps: [StepResult]) {
    let news = (trace, results)
    trace = TraceBatch(records: trace.records.map { _ in [] }, dropped: trace.dropped.map { _ in 0 })
    results = []
    return news
  }

  /// Mean loss and accuracies of the steps of the epoch that the last step belongs to; nil before the first.
  var epochMeans: (loss: Double, accuracy: Double?, oracleAccuracy: Double?)? {
    let samples = Double(epoch.steps * batch)
    guard samples > 0 else { return nil }
    let (result, isKnown) = (epoch.result, knowsAccuracy)
    return (
      result.lossSum / samples, isKnown ? Double(result.correct) / samples : nil,
      isKnown && isTree ? Double(result.oracleCorrect) / samples : nil
    )
  }

  private mutating func nextStep() -> [DeviceStep]? {
    guard pending.indices.allSatisfy({ taken[$0] < pending[$0].count }) else { return nil }
    defer { for device in taken.indices { taken[device] += 1 } }
    return pending.indices.map { pending[$0][taken[$0]] }
  }

  /// Sums over the devices in their order, so that the result does not depend on who was faster.
  private mutating func complete(_ parts: [DeviceStep]) {
    let step = parts[0].step
    let sum = parts.reduce(into: LossResult()) { $0 += $1.result }
    let end = parts.map(\.end).max() ?? 0
    results.append(
      StepResult(
        step: step, loss: sum.lossSum / Double(batch),
        accuracy: knowsAccuracy ? Double(sum.correct) / Double(batch) : nil,
        rate: schedule.rate(at: step, of: totalSteps), end: end, seconds: Double(end - lastEnd) * 1e-9))
    lastEnd = end
    let number = step / max(stepsPerEpoch, 1)
    if number != epoch.number { epoch = (number, LossResult(), 0) }
    epoch.result += sum
    epoch.steps += 1
  }
}
