import Programs

/// The longest chain of dependent events across devices, from the begin of the analysed steps to their end.
///
/// Walking back from the last event of all, each event is preceded by what it waited for: an instruction by the one before it
/// on its device, a message that was awaited by its transfer and its transfer by the send, a send that found its channel full
/// by the receive that made room. The segments are adjacent and add up to the window to the nanosecond, so shortening
/// anything that is not on the path cannot shorten the window; shortening what is on it helps until another chain is longer
/// (Yang and Miller 1988; the same in HTA's critical path analysis). The order of instructions on a device counts as a
/// dependence: the path is that of this placement and order.
public struct CriticalPath: Hashable, Sendable {
  /// What the path consists of.
  public enum Part: String, Hashable, Sendable, CaseIterable, Codable {
    case compute
    /// Copies and sums of what travels.
    case copy
    /// A message on the wire.
    case wire
    /// A message behind others in front of its wire, a send without room whose cause was not recorded.
    case wait
    /// The runtime: handing over, waking up, gaps between records.
    case overhead
  }

  /// A stretch of the path.
  public struct Segment: Hashable, Sendable {
    public var part: Part
    /// Of a transfer, the receiver.
    public var device: Int
    /// Of a transfer, the sender.
    public var sender: Int?
    public var step: Int
    /// Position in the device's instructions; nil for a gap before the first record.
    public var instruction: Int?
    public var begin: Int64
    public var end: Int64

    public var nanoseconds: Int64 { end - begin }
  }

  /// In order of time, adjacent, none empty.
  public let segments: [Segment]
  /// Nanoseconds of all devices' computing in the window, on the path or not.
  public let work: Int64
  public let window: Range<Int64>

  /// Walks back through the records of some steps.
  public init(_ steps: AnalysedSteps) { self.init(steps, pairs: MessagePairs(steps)) }

  init(_ steps: AnalysedSteps, pairs: MessagePairs) {
    var walk = PathWalk(steps, pairs)
    walk.run()
    segments = walk.segments.reversed()
    window = steps.window
    work = steps.breakdowns.joined().reduce(0) { $0 + $1.compute }
  }

  /// Nanoseconds of one part.
  public func length(_ part: Part) -> Int64 { length { $0.part == part } }

  /// Nanoseconds that one device holds; a transfer counts for its receiver.
  public func length(on device: Int) -> Int64 { length { $0.device == device } }

  func length(where isCounted: (Segment) -> Bool) -> Int64 {
    segments.reduce(0) { isCounted($1) ? $0 + $1.nanoseconds : $0 }
  }

  /// The most that any number of devices could be faster by, doing this work in an order with this path: work / (path without
  /// its waits and overhead) (the bound T/C of oneTBB's documentation); nil where the path has no work.
  public var speedupBound: Double? {
    let chain = length(.compute) + length(.copy) + length(.wire)
    return chain > 0 && work > 0 ? Double(work) / Double(chain) : nil
  }

  /// The stretches of a device that lie on the path, in order.
  public func ranges(of device: Int) -> [Range<Int64>] {
    segments.filter { $0.device == device }.map { $0.begin..<$0.end }
  }

  /// Time of the path by what was done for which layer, the longest first.
  public func byLayer(_ catalogue: InstructionCatalogue) -> [(layer: String?, kind: SpanKind, nanoseconds: Int64)] {
    struct Key: Hashable {
      var node: Int?
      var kind: SpanKind
    }
    var sums: [Key: Int64] = [:]
    for segment in segments {
      let node = segment.instruction.flatMap { catalogue.node(device: segment.device, instruction: $0) }
      let own = segment.instruction.map { catalogue.kind(device: segment.device, instruction: $0) } ?? .overhead
      let kind: SpanKind =
        switch segment.part {
        case .compute, .copy: own
        case .wire: .receive
        case .wait: .wait
        case .overhead: .overhead
        }
      sums[Key(node: kind == .overhead ? nil : node, kind: kind), default: 0] += segment.nanoseconds
    }
    return
      sums
      .sorted { a, b in
        (b.value, a.key.node ?? -1, a.key.kind.rawValue) < (a.value, b.key.node ?? -1, b.key.kind.rawValue)
      }
      .map { ($0.key.node.map(catalogue.layerName), $0.key.kind, $0.value) }
  }
}

/// One walk from the end to the begin.
private struct PathWalk {
  let steps: AnalysedSteps
  let pairs: MessagePairs
  /// Latest first.
  var segments: [CriticalPath.Segment] = []
  /// The walk is on `device`, at `now`, behind or within record `place`.
  private var device = 0
  private var place = -1
  private var now: Int64

  init(_ steps: AnalysedSteps, _ pairs: MessagePairs) {
    self.steps = steps
    self.pairs = pairs
    now = steps.window.upperBound
    let ends = steps.records.indices.compactMap { device in
      steps.records[device].last.map { (device: device, end: $0.end) }
    }
    if let last = ends.max(by: { $0.end < $1.end }) {
      device = last.device
      place = steps.records[device].count - 1
    }
  }

  mutating func run() {
    // Every record is passed once, unless times contradict the order of events.
    var left = steps.records.reduce(1) { $0 + $1.count }
    while place >= 0, now > steps.window.lowerBound, left > 0 {
      left -= 1
      let record = steps.records[device][place]
      // The runtime between this record and the next.
      go(back: record.end, .overhead)
      switch steps.kind(device, place) {
      case .receive where record.arrival > record.begin: passTransfer(record)
      case .receive: go(back: record.begin, .overhead)
      case .send: passSend(record)
      case let kind:
        go(
          back: record.begin, kind.activity == .compute ? .compute : kind.activity == .communication ? .copy : .overhead
        )
      }
      place -= 1
    }
    go(back: steps.window.lowerBound, .overhead)
  }

  /// From an awaited message over its wire to the device that sent it, right before its send took effect.
  private mutating func passTransfer(_ record: TraceRecord) {
    go(back: record.arrival, .overhead)
    guard let send = pairs[device, place] else {
      go(back: max(record.transferStart, record.begin), .wire, sender: sender)
      return go(back: record.begin, .wait)
    }
    go(back: record.transferStart, .wire, sender: send.device)
    let taken = steps.records[send.device][send.place].transferStart
    go(back: taken, .wait, sender: send.device)
    device = send.device
    place = send.place
    passRoom(steps.records[device][place])
  }

  /// From behind a send to before it.
  private mutating func passSend(_ record: TraceRecord) {
    go(back: min(max(record.transferStart, record.begin), record.end), .overhead)
    passRoom(record)
  }

  /// From the instant at which a channel took a message to what it waited for.
  private mutating func passRoom(_ record: TraceRecord) {
    guard record.transferStart > record.begin, now > record.begin else { return go(back: record.begin, .overhead) }
    guard let receive = pairs[device, place] else { return go(back: record.begin, .wait) }
    let room = steps.records[receive.device][receive.place]
    go(back: max(room.end, record.begin), .overhead)
    guard room.end > record.begin else { return }
    device = receive.device
    // The walk goes on with the receive itself.
    place = receive.place + 1
  }

  private var sender: Int? {
    steps.message(device, place).map { steps.catalogue.program.messages[$0].from }
  }

  private mutating func go(back time: Int64, _ part: CriticalPath.Part, sender: Int? = nil) {
    let time = max(time, steps.window.lowerBound)
    guard time < now else { return }
    let record = place >= 0 ? steps.records[device][place] : nil
    segments.append(
      CriticalPath.Segment(
        part: part, device: device, sender: sender, step: record.map { Int($0.step) } ?? steps.numbers.lowerBound,
        instruction: record.map { Int($0.instruction) }, begin: time, end: now))
    now = time
  }
}
