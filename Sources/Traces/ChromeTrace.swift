import Diagnostics
import Programs

/// What a Chrome trace says about its run in its metadata.
public struct TraceDescription: Hashable, Sendable {
  public var scene: String
  public var clock: Clock
  public var seed: UInt64

  public init(scene: String, clock: Clock, seed: UInt64) {
    self.scene = scene
    self.clock = clock
    self.seed = seed
  }
}

/// Writes a trace in the Chrome Trace Event format as Perfetto reads it, batch by batch.
///
/// One process per device (`pid` = device + 1) with a compute track (`tid` 7) and a communication track (`tid` 20), on
/// which waits are spans too. Times are microseconds with nanoseconds as fractions. Every message that was sent and
/// received is a flow (`s`, `f` with `bp` `e`) with a number of its own. Events stand in an order in which a message's start
/// precedes its end even at equal times, each flow event right behind its span.
public struct ChromeTraceWriter<Output: TextOutputStream> {
  public private(set) var output: Output

  private struct Flow: Hashable {
    var message: Index<Message>
    var step: Int32
  }

  private let catalogue: InstructionCatalogue
  /// Records that wait for the send of a message that they receive.
  private var pending: [[TraceRecord]]
  private var sent: [Flow: (id: Int, time: Int64)] = [:]
  private var flowCount = 0
  private var isFirst = true

  /// Begins the document.
  public init(_ output: Output, catalogue: InstructionCatalogue, description: TraceDescription) {
    self.output = output
    self.catalogue = catalogue
    pending = catalogue.program.devices.map { _ in [] }
    let fields = [
      ("schema", quoted("partita.trace/1")), ("scene", quoted(description.scene)),
      ("strategy", quoted(catalogue.program.strategy)), ("devices", "\(catalogue.program.devices.count)"),
      ("seed", "\(description.seed)"), ("clock", quoted(description.clock.rawValue)),
    ]
    self.output.write("{\"metadata\":{\(fields.map { "\(quoted($0)):\($1)" }.joined(separator: ","))},\n")
    self.output.write("\"traceEvents\":[")
    for device in catalogue.program.devices.indices { writeNames(of: device) }
  }

  /// Adds the batch's records.
  public mutating func append(_ batch: TraceBatch) {
    for (device, records) in batch.records.enumerated() { pending[device] += records }
    flush()
  }

  /// Ends the document; receives whose sends were never recorded are written without a flow.
  public mutating func finish() {
    flush()
    for device in pending.indices {
      for record in pending[device] { write(record, device: device) }
      pending[device] = []
    }
    output.write("\n]}\n")
  }

  /// Writes what can be written with sends before their receives, device by device, until nothing moves.
  private mutating func flush() {
    var next = pending.map { _ in 0 }
    var moved = true
    while moved {
      moved = false
      for device in pending.indices {
        while next[device] < pending[device].count {
          let record = pending[device][next[device]]
          if isReceive(record, device), sent[flow(record, device)] == nil { break }
          write(record, device: device)
          next[device] += 1
          moved = true
        }
      }
    }
    for device in pending.indices { pending[device].removeFirst(next[device]) }
  }

  private func isReceive(_ record: TraceRecord, _ device: Int) -> Bool {
    catalogue.kind(device: device, instruction: Int(record.instruction)) == .receive
  }

  private func flow(_ record: TraceRecord, _ device: Int) -> Flow {
    let message = catalogue.message(device: device, instruction: Int(record.instruction)) ?? Index(0)
    return Flow(message: message, step: record.step)
  }

  private mutating func write(_ record: TraceRecord, device: Int) {
    let spans = catalogue.spans(of: record, device: device)
    let kind = catalogue.kind(device: device, instruction: Int(record.instruction))
    for (place, span) in spans.enumerated() {
      writeSpan(span, record)
      if kind == .send, place == 0 {
        sent[flow(record, device)] = (flowCount, span.begin)
        writeFlow("s", flowCount, of: span, at: span.begin)
        flowCount += 1
      }
      if kind == .receive, place == spans.count - 1, let start = sent.removeValue(forKey: flow(record, device)) {
        writeFlow("f", start.id, of: span, at: min(max(span.begin, start.time), span.end))
      }
    }
    if catalogue.program.devices[device].instructions[Int(record.instruction)] == .endOfStep {
      writeEvent(
        [("ph", "\"i\""), ("s", "\"t\""), ("name", quoted("end of step \(record.step)"))], device: device, track: 7,
        at: record.end)
    }
  }

  private mutating func writeSpan(_ span: TraceSpan, _ record: TraceRecord) {
    let (device, instruction) = (span.device, span.instruction)
    var arguments = [("step", "\(span.step)"), ("kind", quoted(span.kind.rawValue))]
    if let layer = catalogue.layer(device: device, instruction: instruction) {
      arguments.append(("layer", quoted(layer)))
    }
    if let microbatch = catalogue.microbatch(device: device, instruction: instruction) {
      arguments.append(("mb", "\(microbatch)"))
    }
    if let weights = catalogue.weights(device: device, instruction: instruction) {
      arguments.append(("weights_version", "\(weights.version)"))
      arguments.append(("weights_version_since_start", "\(weights.sinceStart(step: span.step))"))
      arguments.append(("weights_updates_old", "\(weights.updatesOld(step: span.step))"))
    }
    if let bytes = catalogue.bytes(device: device, instruction: instruction) { arguments.append(("bytes", "\(bytes)")) }
    if let partner = catalogue.partner(device: device, instruction: instruction) {
      arguments.append(("partner", "\(partner)"))
    }
    if let cause = span.cause { arguments.append(("cause", quoted(cause.rawValue))) }
    if catalogue.kind(device: device, instruction: instruction) == .receive {
      arguments.append(("sender_ready", microseconds(record.senderReady)))
      arguments.append(("transfer_start", microseconds(record.transferStart)))
      arguments.append(("arrival", microseconds(record.arrival)))
    }
    let label = catalogue.label(device: device, instruction: instruction)
    writeEvent(
      [
        ("ph", "\"X\""), ("cat", quoted(span.kind.activity.rawValue)),
        ("name", quoted(span.kind == .wait ? "wait: \(label)" : label)),
        ("dur", durationMicroseconds(from: span.begin, to: span.end)),
        ("args", "{\(arguments.map { "\"\($0)\":\($1)" }.joined(separator: ","))}"),
      ], device: device, track: track(of: span), at: span.begin)
  }

  private mutating func writeFlow(_ phase: String, _ id: Int, of span: TraceSpan, at time: Int64) {
    var fields = [("ph", "\"\(phase)\""), ("cat", "\"message\""), ("name", "\"message\""), ("id", "\(id)")]
    if phase == "f" { fields.append(("bp", "\"e\"")) }
    writeEvent(fields, device: span.device, track: track(of: span), at: time)
  }

  /// Compute and communication never share a track: spans of one track must nest.
  private func track(of span: TraceSpan) -> Int {
    switch span.kind.activity {
    case .compute: 7
    case .communication, .wait: 20
    case .overhead, .idle: span.lane == .compute && span.kind != .send ? 7 : 20
    }
  }

  private mutating func writeNames(of device: Int) {
    writeName(device, "process_name", 7, "\"name\":\"device \(device)\"")
    writeName(device, "process_sort_index", 7, "\"sort_index\":\(device)")
    for (place, track) in [(7, "compute"), (20, "communication")].enumerated() {
      writeName(device, "thread_name", track.0, "\"name\":\"\(track.1)\"")
      writeName(device, "thread_sort_index", track.0, "\"sort_index\":\(place)")
    }
  }

  private mutating func writeName(_ device: Int, _ name: String, _ track: Int, _ argument: String) {
    writeRaw("{\"ph\":\"M\",\"name\":\"\(name)\",\"pid\":\(device + 1),\"tid\":\(track),\"args\":{\(argument)}}")
  }

  private mutating func writeEvent(_ fields: [(String, String)], device: Int, track: Int, at time: Int64) {
    let all = fields + [("pid", "\(device + 1)"), ("tid", "\(track)"), ("ts", microseconds(time))]
    writeRaw("{\(all.map { "\"\($0)\":\($1)" }.joined(separator: ","))}")
  }

  private mutating func writeRaw(_ event: String) {
    output.write(isFirst ? "\n" : ",\n")
    isFirst = false
    output.write(event)
  }
}

private func microseconds(_ nanoseconds: Int64) -> String { decimal(nanoseconds, places: 3) }

/// The difference, such that a reader's floating-point sum of start and duration does not pass the end, where the next
/// span may begin.
private func durationMicroseconds(from begin: Int64, to end: Int64) -> String {
  let start = Double(begin) / 1000
  let stop = Double(end) / 1000
  let duration = Double(end - begin) / 1000
  if start + duration <= stop { return microseconds(end - begin) }
  // The largest one that does. Patterns of bits grow with the numbers; late in a run billions of short durations lie below.
  var (fitting, tooLong) = (UInt64(0), max(0, duration).bitPattern)
  while fitting + 1 < tooLong {
    let middle = fitting + (tooLong - fitting) / 2
    if start + Double(bitPattern: middle) <= stop { fitting = middle } else { tooLong = middle }
  }
  return "\(Double(bitPattern: fitting))"
}

private func quoted(_ text: String) -> String { JSONText.quoted(text) }
