import Programs

/// The steps that an analysis is about: measured ones that follow each other without a stop.
///
/// Traces may be long; an analysis looks at a part of one. What it says about sums belongs to ``window``, not to the run.
public struct AnalysedSteps: Sendable {
  /// Analyses of more records than this take longer than they are worth.
  public static let recordLimit = 400_000

  public let catalogue: InstructionCatalogue
  /// Numbers of the steps.
  public let numbers: ClosedRange<Int>
  /// From the begin of the first step to the end of the last, in nanoseconds since the run's start.
  public let window: Range<Int64>
  /// Per device, in the order of execution.
  public let records: [[TraceRecord]]
  /// Per step and device.
  public let breakdowns: [[Breakdown]]
  /// The median of the steps' times.
  public let medianSeconds: Double

  /// The last measured steps of `recent` that are adjacent, at most `count` of them and no more than fit `recordLimit`; nil
  /// where there is none.
  public init?(
    _ recent: some BidirectionalCollection<RecentStep>, catalogue: InstructionCatalogue, count: Int = .max,
    recordLimit: Int = AnalysedSteps.recordLimit
  ) {
    var chosen: [RecentStep] = []
    var total = 0
    for step in recent.reversed().drop(while: { !$0.isMeasured }).prefix(max(0, count)) {
      if let next = chosen.last, !step.adjoins(next) { break }
      total += step.records.reduce(0) { $0 + $1.count }
      guard step.isMeasured, total <= recordLimit else { break }
      chosen.append(step)
    }
    guard let first = chosen.last, let last = chosen.first else { return nil }
    chosen.reverse()
    self.catalogue = catalogue
    numbers = first.step...last.step
    window = first.window.lowerBound..<last.window.upperBound
    records = catalogue.program.devices.indices.map { device in chosen.flatMap { $0.records[device] } }
    breakdowns = chosen.map(\.breakdowns)
    medianSeconds = 1e-9 * Double(chosen.map(\.window.count).sorted()[chosen.count / 2])
  }

  /// The longest stretch of measured steps of `recent` that are adjacent, the last of the longest, and of it the last steps that fit
  /// ``recordLimit``; nil where there is none.
  public static func longest(
    of recent: some BidirectionalCollection<RecentStep>, catalogue: InstructionCatalogue
  ) -> AnalysedSteps? {
    var stretches: [[RecentStep]] = []
    for step in recent where step.isMeasured {
      if let last = stretches.last?.last, last.adjoins(step) {
        stretches[stretches.count - 1].append(step)
      } else {
        stretches.append([step])
      }
    }
    let longest = stretches.map(\.count).max()
    guard let stretch = stretches.last(where: { $0.count == longest }) else { return nil }
    return AnalysedSteps(stretch, catalogue: catalogue)
  }

  public var count: Int { numbers.count }
  public var deviceCount: Int { records.count }

  func kind(_ device: Int, _ place: Int) -> SpanKind {
    catalogue.kind(device: device, instruction: Int(records[device][place].instruction))
  }

  func message(_ device: Int, _ place: Int) -> Index<Message>? {
    catalogue.message(device: device, instruction: Int(records[device][place].instruction))
  }
}

extension RecentStep {
  /// True where `next` began when this step ended, and is the one after it.
  fileprivate func adjoins(_ next: RecentStep) -> Bool {
    next.window.lowerBound == window.upperBound && next.step == step + 1
  }
}

/// A record by its place in ``AnalysedSteps/records``.
struct RecordPlace: Hashable, Sendable {
  var device: Int
  var place: Int
}

/// Which record sent what another one received, and which receive made room for a send that waited.
struct MessagePairs: Sendable {
  /// Per device and record: of a receive its send, of a send that waited the receive that made room; nil elsewhere and where
  /// the other end was not recorded.
  private(set) var causes: [[RecordPlace?]]

  init(_ steps: AnalysedSteps) {
    let program = steps.catalogue.program
    let first = steps.numbers.lowerBound
    let count = steps.count
    causes = steps.records.map { Array(repeating: nil, count: $0.count) }
    /// Per message and step, the place of the send on its device; -1 where it was not recorded.
    var sends = [Int32](repeating: -1, count: program.messages.count * count)
    /// Per channel, in order: the places of its sends and receives.
    var sent = [[Int]](repeating: [], count: program.channels.count)
    var received = sent
    /// Per channel, how many more of its messages were received than sent before the trace begins.
    var lead = [Int?](repeating: nil, count: program.channels.count)
    func number(_ record: TraceRecord, _ message: Index<Message>) -> Int? {
      let step = Int(record.step) - first
      return step >= 0 && step < count ? message.position * count + step : nil
    }
    for (device, records) in steps.records.enumerated() {
      for (place, record) in records.enumerated() {
        guard let message = steps.message(device, place) else { continue }
        let channel = program.messages[message].channel.position
        if steps.kind(device, place) == .send {
          if let number = number(record, message) { sends[number] = Int32(place) }
          sent[channel].append(place)
        } else {
          received[channel].append(place)
        }
      }
    }
    for (device, records) in steps.records.enumerated() {
      for (place, record) in records.enumerated() where steps.kind(device, place) == .receive {
        guard let message = steps.message(device, place) else { continue }
        let sender = program.messages[message].from
        // A message is sent once in every step; some strategies receive it in a later one.
        let candidates = [0, -1, 1, -2].compactMap { shift -> Int? in
          let step = Int(record.step) - first + shift
          guard step >= 0, step < count else { return nil }
          let found = Int(sends[message.position * count + step])
          return found < 0 ? nil : found
        }
        let exact = candidates.first { steps.records[sender][$0].begin == record.senderReady }
        if let found = exact ?? candidates.first {
          causes[device][place] = RecordPlace(device: sender, place: found)
        }
      }
    }
    for channel in received.indices {
      let ends = program.channels[Index<Channel>(channel)]
      guard let order = received[channel].indices.first(where: { causes[ends.to][received[channel][$0]] != nil }),
        let send = causes[ends.to][received[channel][order]].flatMap({ sent[channel].firstIndex(of: $0.place) })
      else { continue }
      lead[channel] = order - send
    }
    for channel in sent.indices {
      guard let lead = lead[channel] else { continue }
      let ends = program.channels[Index<Channel>(channel)]
      for (order, place) in sent[channel].enumerated() {
        let record = steps.records[ends.from][place]
        let earlier = order + lead - ends.capacity
        guard record.transferStart > record.begin, received[channel].indices.contains(earlier) else { continue }
        causes[ends.from][place] = RecordPlace(device: ends.to, place: received[channel][earlier])
      }
    }
  }

  subscript(_ device: Int, _ place: Int) -> RecordPlace? { causes[device][place] }
}
