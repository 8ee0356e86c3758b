import Programs

/// Finds what each wait is charged to.
struct DelayGraph {
  /// What a device did between two instants: nanoseconds by kind and layer, and the waits among it.
  private struct Activity {
    var work: [DelayCosts.Cause: Int64] = [:]
    /// Numbers of waits with their lengths.
    var waits: [(wait: Int, length: Int64)] = []

    var waiting: Int64 { waits.reduce(0) { $0 + $1.length } }
  }

  /// A wait with what it was for.
  private struct Found {
    var wait: Int
    var end: Int64
    /// The record that ended it and when that happened on the other device.
    var culprit: RecordPlace
    var instant: Int64
    /// From the send until the wire was free.
    var queued: Int64
    var length: Int64
  }

  /// Two devices, in the order of their numbers, and where both last stood when one had waited for the other.
  private struct Pair: Hashable {
    var low: Int
    var high: Int

    init(_ a: Int, _ b: Int) { (low, high) = (min(a, b), max(a, b)) }
  }

  private let steps: AnalysedSteps
  private let pairs: MessagePairs
  private(set) var waits: [DelayCosts.Wait] = []
  /// Per device and record, the number of its wait; -1 for none.
  private var numbers: [[Int32]]
  /// Per device and record, where its step begins.
  private var stepStarts: [[Int32]]

  init(_ steps: AnalysedSteps, _ pairs: MessagePairs) {
    self.steps = steps
    self.pairs = pairs
    numbers = steps.records.map { Array(repeating: -1, count: $0.count) }
    stepStarts = steps.records.map { records in
      var start = 0
      return records.indices.map { place in
        if place > 0, records[place].step != records[place - 1].step { start = place }
        return Int32(start)
      }
    }
  }

  mutating func build() {
    var found: [Found] = []
    for device in steps.records.indices { found += findWaits(of: device) }
    found.sort { ($0.end, $0.wait) < ($1.end, $1.wait) }
    var met: [Pair: [Int]] = [:]
    for one in found {
      let device = waits[one.wait].device
      let place = waits[one.wait].place
      let pair = Pair(device, one.culprit.device)
      let last = met[pair].map { places in
        device < one.culprit.device ? (own: places[0], other: places[1]) : (own: places[1], other: places[0])
      }
      let own = activity(of: device, from: start(device, place, after: last?.own), before: place)
      var other = activity(
        of: one.culprit.device, from: start(one.culprit.device, one.culprit.place, after: last?.other),
        before: one.culprit.place)
      addWait(of: one.culprit, to: &other)
      charge(one, own: own, other: other)
      met[pair] = device < one.culprit.device ? [place, one.culprit.place] : [one.culprit.place, place]
    }
  }

  /// The waits of a device and, where it was recorded, what each was for. A wait whose other end was not recorded is charged
  /// to the device that it was for.
  private mutating func findWaits(of device: Int) -> [Found] {
    let activity = DeviceActivity(records: steps.records[device], device: device, catalogue: steps.catalogue)
    let hidden = activity.compute.union(activity.communication).intervals
    var next = 0
    var found: [Found] = []
    for (place, record) in steps.records[device].enumerated() {
      guard let message = steps.message(device, place), record.transferStart > record.begin, record.end > record.begin
      else { continue }
      let range = record.begin..<min(record.transferStart, record.end)
      let seen = range.clamped(to: steps.window)
      while next < hidden.count, hidden[next].upperBound <= range.lowerBound { next += 1 }
      var amount = Int64(seen.count)
      for index in hidden.indices.suffix(from: min(next, hidden.count)) {
        guard hidden[index].lowerBound < seen.upperBound else { break }
        amount -= Int64(hidden[index].clamped(to: seen).count)
      }
      numbers[device][place] = Int32(waits.count)
      var wait = DelayCosts.Wait(device: device, place: place, amount: Double(amount))
      if let culprit = pairs[device, place] {
        let other = steps.records[culprit.device][culprit.place]
        let isSend = steps.kind(device, place) == .send
        let instant = isSend ? other.end : min(other.transferStart, range.upperBound)
        found.append(
          Found(
            wait: waits.count, end: range.upperBound, culprit: culprit, instant: instant,
            queued: isSend ? 0 : range.upperBound - max(instant, range.lowerBound), length: Int64(range.count)))
      } else {
        let entry = steps.catalogue.program.messages[message]
        let other = entry.from == device ? entry.to : entry.from
        wait.charges = [(DelayCosts.Cause(device: other, kind: .wait), 1)]
      }
      waits.append(wait)
    }
    return found
  }

  /// The first record that counts: behind the meeting, but of the same step.
  private func start(_ device: Int, _ place: Int, after last: Int?) -> Int {
    max(last.map { $0 + 1 } ?? 0, Int(stepStarts[device][place]))
  }

  private func activity(of device: Int, from first: Int, before end: Int) -> Activity {
    var result = Activity()
    guard first < end else { return result }
    var last = first > 0 ? steps.records[device][first - 1].end : steps.records[device][first].begin
    for place in first..<end {
      let record = steps.records[device][place]
      add(max(0, record.begin - last), .overhead, device, nil, to: &result)
      last = max(last, record.end)
      let instruction = Int(record.instruction)
      for span in steps.catalogue.spans(of: record, device: device) where span.begin < span.end {
        if span.kind == .wait {
          result.waits.append((Int(numbers[device][place]), span.nanoseconds))
        } else {
          let isWork = span.kind.activity == .compute
          let node = isWork ? steps.catalogue.node(device: device, instruction: instruction) : nil
          add(span.nanoseconds, span.kind, device, node, to: &result)
        }
      }
    }
    return result
  }

  /// What the culprit itself waited for before it sent or received.
  private func addWait(of culprit: RecordPlace, to activity: inout Activity) {
    let number = Int(numbers[culprit.device][culprit.place])
    guard number >= 0 else { return }
    let record = steps.records[culprit.device][culprit.place]
    activity.waits.append((number, min(record.transferStart, record.end) - record.begin))
  }

  private func add(_ time: Int64, _ kind: SpanKind, _ device: Int, _ node: Int?, to activity: inout Activity) {
    guard time > 0 else { return }
    activity.work[DelayCosts.Cause(device: device, kind: kind, node: node), default: 0] += time
  }

  /// Shares of what the other device did more of.
  private mutating func charge(_ one: Found, own: Activity, other: Activity) {
    let device = one.culprit.device
    var charges: [(cause: DelayCosts.Cause, share: Double)] = []
    var earlier: [(wait: Int, share: Double)] = []
    let queued = one.length > 0 ? Double(one.queued) / Double(one.length) : 0
    if queued > 0 { charges.append((DelayCosts.Cause(device: device, kind: .send), queued)) }
    var excess: [(cause: DelayCosts.Cause, time: Int64)] = []
    for (cause, time) in other.work {
      var same = cause
      same.device = waits[one.wait].device
      let more = time - (own.work[same] ?? 0)
      if more > 0 { excess.append((cause, more)) }
    }
    // Sums of fractions depend on their order; results do not depend on that of a dictionary.
    excess.sort { ($0.cause.kind.rawValue, $0.cause.node ?? -1) < ($1.cause.kind.rawValue, $1.cause.node ?? -1) }
    let waiting = max(0, other.waiting - own.waiting)
    let sum = Double(excess.reduce(0) { $0 + $1.time } + waiting)
    let rest = 1 - queued
    if rest > 0 {
      if sum > 0 {
        charges += excess.map { ($0.cause, rest * Double($0.time) / sum) }
        for (wait, length) in other.waits where waiting > 0 {
          earlier.append((wait, rest * Double(waiting) / sum * Double(length) / Double(other.waiting)))
        }
      } else {
        // The other device did nothing more than this one: it came late to this send or receive all the same.
        let kind = steps.kind(device, one.culprit.place)
        charges.append((DelayCosts.Cause(device: device, kind: kind), rest))
      }
    }
    waits[one.wait].charges = charges
    waits[one.wait].earlier = earlier
  }
}
