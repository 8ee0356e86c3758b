import Programs

/// The records of one device that belong to steps which are not closed yet.
///
/// Where steps run into each other, a step has what its device does between the ends of the step before and of this one, also
/// what is of the next.
struct DeviceQueue: Sendable {
  private(set) var records: [TraceRecord] = []
  /// Places in `records` that belong to closed steps and are not given back yet.
  private var head = 0
  /// The last step whose records are complete.
  private(set) var finished: Int32
  /// The end of the last record of the closed steps, unless a stop followed it.
  private(set) var precedingEnd: Int64?
  private let endOfStep: Int32?
  /// How many steps a record may be ahead of the last one that its device has ended.
  let lead: Int32

  init(_ program: DeviceProgram) {
    endOfStep = program.instructions.lastIndex(of: .endOfStep).map(Int32.init)
    lead = program.runsAcross ? 2 : 1
    finished = program.instructions.isEmpty ? .max : -1
  }

  var pending: ArraySlice<TraceRecord> { records[head...] }
  var lastEnd: Int64? { pending.last?.end }

  mutating func append(_ new: [TraceRecord]) {
    for record in new {
      finished = max(finished, record.instruction == endOfStep ? record.step : record.step - lead)
    }
    records += new
  }

  /// The records of `step`, which is the first pending one or none.
  func records(of step: Int32) -> ArraySlice<TraceRecord> {
    if lead > 1, let end = pending.firstIndex(where: { $0.instruction == endOfStep && $0.step >= step }) {
      return pending[end].step == step ? pending[...end] : []
    }
    // Steps ascend.
    var (low, high) = (head, records.count)
    while low < high {
      let middle = (low + high) / 2
      if records[middle].step <= step { low = middle + 1 } else { high = middle }
    }
    return records[head..<low]
  }

  /// Forgets the records up to those of `step`.
  mutating func close(_ step: Int32, isFollowedByStop: Bool) {
    let own = records(of: step)
    if let last = own.last { precedingEnd = last.end }
    if isFollowedByStop { precedingEnd = nil }
    head += own.count
    if head > 1024, head > records.count / 2 {
      records.removeFirst(head)
      head = 0
    }
  }
}
