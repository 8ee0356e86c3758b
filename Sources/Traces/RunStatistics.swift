import Programs

/// What a run's trace adds up to, taken in batch by batch in bounded memory; report and live panels read their numbers
/// here.
///
/// A step ends when its last device ends it; it begins where the step before ended, or with its first record after a
/// stop. A step is *closed* (added to the totals) when every device has passed the step after it or the executor stopped
/// after it, so that everything that lies in its window is known; the result does not depend on how records were cut
/// into batches. Warm-up steps and steps with lost records are left out of all totals.
public struct RunStatistics: Sendable {
  public let catalogue: InstructionCatalogue
  /// Steps with a smaller number are not measured.
  public let warmupSteps: Int
  /// Totals over the measured steps.
  public private(set) var totals: Totals
  /// The last closed steps, whether measured or not, oldest first, for timelines.
  public private(set) var recent: RecentSteps
  /// Steps closed so far, with warm-up.
  public private(set) var closedSteps = 0
  /// Steps after the warm-up that were left out because records were lost.
  public private(set) var incompleteSteps = 0
  /// Records that the executor had no room for.
  public private(set) var droppedRecords = 0

  private var queues: [DeviceQueue]
  private var nextStep: Int32?
  private var stops: Set<Int32> = []
  private var incomplete: Set<Int32> = []
  /// Devices whose next batch continues after lost records.
  private var isLosing: [Bool]
  /// The last step that each device has a record of.
  private var lastStep: [Int32]
  /// The end of the last closed step, unless a stop followed it.
  private var precedingEnd: Int64?

  /// - Parameters:
  ///   - warmupSteps: steps at the start of the run that the totals leave out.
  ///   - keptSteps: how many closed steps ``recent`` keeps at most.
  ///   - keptRecords: how many records ``recent`` keeps at most, beyond the newest step.
  public init(program: Program, warmupSteps: Int = 0, keptSteps: Int = 8, keptRecords: Int = 200_000) {
    catalogue = InstructionCatalogue(program)
    self.warmupSteps = warmupSteps
    totals = Totals(program)
    recent = RecentSteps(steps: keptSteps, records: keptRecords)
    queues = program.devices.map { DeviceQueue($0) }
    isLosing = Array(repeating: false, count: program.devices.count)
    lastStep = Array(repeating: 0, count: program.devices.count)
  }

  /// Takes in what an executor wrote since the batch before.
  public mutating func consume(_ batch: TraceBatch) {
    stops.formUnion(batch.stops)
    for device in queues.indices {
      let records = batch.records.indices.contains(device) ? batch.records[device] : []
      let dropped = batch.dropped.indices.contains(device) ? batch.dropped[device] : 0
      noteLosses(of: device, records: records, dropped: dropped)
      queues[device].append(records)
      if let first = records.first, closedSteps == 0 { nextStep = min(nextStep ?? first.step, first.step) }
    }
    while let step = nextStep, let end = end(of: step), isKnown(until: end, step: step) { close(step, end: end) }
  }

  /// Closes every step that all devices have finished, at the end of a run or, on a copy, for a picture of the moment.
  public mutating func finish() {
    while let step = nextStep, let end = end(of: step) { close(step, end: end) }
  }

  /// Records lost around a batch leave holes between the batch's neighbours: every step in between is suspect.
  private mutating func noteLosses(of device: Int, records: [TraceRecord], dropped: Int) {
    droppedRecords += dropped
    if isLosing[device], let first = records.first {
      incomplete.formUnion(min(lastStep[device], first.step)...first.step)
      isLosing[device] = false
    }
    let before = lastStep[device]
    if let last = records.last { lastStep[device] = last.step }
    if dropped > 0 {
      incomplete.formUnion(min(before, lastStep[device])...lastStep[device])
      isLosing[device] = true
    }
  }

  /// When the last device ended `step`; nil while one has not, or where nothing was recorded.
  private func end(of step: Int32) -> Int64? {
    guard queues.allSatisfy({ $0.finished >= step }) else { return nil }
    if let end = queues.compactMap({ $0.records(of: step).last?.end }).max() { return end }
    // Every record of the step was lost: it has no length of its own.
    return queues.contains { !$0.pending.isEmpty }
      ? precedingEnd ?? queues.compactMap { $0.pending.first?.begin }.min() : nil
  }

  /// Whether no record that is still to come can lie before `end` or be about a message that moved before it.
  private func isKnown(until end: Int64, step: Int32) -> Bool {
    stops.contains(step)
      || queues.allSatisfy { $0.finished == .max || $0.finished >= step + $0.lead && ($0.lastEnd ?? .min) >= end }
  }

  private mutating func close(_ step: Int32, end: Int64) {
    let records = queues.map { Array($0.records(of: step)) }
    let begin = min(precedingEnd ?? records.compactMap { $0.first?.begin }.min() ?? end, end)
    let isStopped = stops.contains(step)
    let isMeasured = step >= warmupSteps && !incomplete.contains(step)
    if step >= warmupSteps, !isMeasured { incompleteSteps += 1 }
    let breakdowns = queues.indices.map { device in
      DeviceActivity(
        records: queues[device].pending.prefix { !isStopped || $0.step <= step }
          .prefix { $0.step <= step + queues[device].lead || $0.begin < end },
        device: device, catalogue: catalogue, precedingEnd: queues[device].precedingEnd
      ).breakdown(in: begin..<end)
    }
    if isMeasured {
      totals.add(records, step: Int(step), window: begin..<end, breakdowns: breakdowns, catalogue: catalogue)
    }
    recent.append(
      RecentStep(
        step: Int(step), window: begin..<end, isMeasured: isMeasured, records: records, breakdowns: breakdowns))
    closedSteps += 1
    for device in queues.indices { queues[device].close(step, isFollowedByStop: isStopped) }
    precedingEnd = isStopped || incomplete.contains(step) ? nil : end
    stops.remove(step)
    incomplete.remove(step)
    nextStep = step + 1
  }
}
