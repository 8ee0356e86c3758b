import Programs

/// How one collective, or several that are alike, went over the analysed steps.
///
/// In every step each device *enters* with its first instruction of the collective and is *done* with its last. What lies
/// before the last entry that the others need is waiting (Scalasca's Wait at N × N: nobody can finish before the last one has
/// begun); from there to the end the collective does its own work, and bandwidths are about that time alone. For a broadcast
/// only the root's entry counts, for a reduction those of the devices that send.
public struct CollectiveTiming: Hashable, Sendable {
  public var kind: Collective.Kind
  public var algorithm: String
  public var label: String
  public var purpose: Purpose
  public var devices: Int
  /// Of the whole array of one execution.
  public var bytes: Int
  /// Executions in the analysed steps.
  public var count: Int
  /// Nanoseconds of all devices' waiting for the last entry, summed.
  public var wait: Int64
  /// Nanoseconds from the last needed entry to the last end, summed over executions.
  public var transfer: Int64
  /// The largest distance between the first and the last needed entry, in nanoseconds.
  public var skew: Int64
  /// From the last needed entry until the first byte moves, the mean in nanoseconds; 0 where bytes moved before.
  public var firstByte: Int64
  /// Bytes of the array / seconds, the median over executions; nil for one device and where it took no time.
  public var algorithmBandwidth: Double?
  /// The same times ``busFactor(of:devices:)``.
  public var busBandwidth: Double?
  /// The device that entered last most often, with the share of the executions; nil where none came noticeably later than
  /// the others.
  public var lastDevice: Int?
  public var lastShare: Double?

  /// What makes the bandwidth of collectives comparable to that of a link: each byte of the result crosses links that often
  /// (nccl-tests, doc/PERFORMANCE.md); nil for one device, where nothing travels.
  public static func busFactor(of kind: Collective.Kind, devices: Int) -> Double? {
    guard devices > 1 else { return nil }
    let n = Double(devices)
    return switch kind {
    case .allReduce: 2 * (n - 1) / n
    case .reduceScatter, .allGather, .exchange: (n - 1) / n
    case .reduce, .broadcast: 1
    }
  }

  /// The collectives of some steps, those that took the most time first; alike are those of one kind, algorithm, label and
  /// size.
  public static func all(_ steps: AnalysedSteps) -> [CollectiveTiming] {
    var executions: [Execution.Key: Execution] = [:]
    for (device, records) in steps.records.enumerated() {
      let program = steps.catalogue.program
      for record in records {
        let place = Int(record.instruction)
        guard let collective = steps.catalogue.collective(device: device, instruction: place) else { continue }
        let key = Execution.Key(step: Int(record.step), collective: collective.position)
        executions[key, default: Execution(program.collectives[collective])].add(
          record, device: device, instruction: program.devices[device].instructions[place])
      }
    }
    struct Alike: Hashable {
      var kind: Collective.Kind
      var algorithm: String
      var label: String
      var purpose: Purpose
      var bytes: Int
      var devices: Int
    }
    var groups: [Alike: [Execution]] = [:]
    for (_, execution) in executions.sorted(by: { $0.key < $1.key }) {
      let own = execution.collective
      groups[
        Alike(
          kind: own.kind, algorithm: own.algorithm, label: own.label, purpose: own.purpose, bytes: 4 * own.words,
          devices: own.devices.count), default: []
      ].append(execution)
    }
    return groups.map { CollectiveTiming($0.key.bytes, $0.value) }.sorted { a, b in
      (b.transfer + b.wait, a.label, a.bytes) < (a.transfer + a.wait, b.label, b.bytes)
    }
  }

  private init(_ bytes: Int, _ executions: [Execution]) {
    let own = executions[0].collective
    (kind, algorithm, label, purpose) = (own.kind, own.algorithm, own.label, own.purpose)
    devices = own.devices.count
    self.bytes = bytes
    count = executions.count
    wait = executions.reduce(0) { $0 + $1.wait }
    transfer = executions.reduce(0) { $0 + $1.transfer }
    skew = executions.map(\.skew).max() ?? 0
    firstByte = executions.reduce(0) { $0 + $1.firstByte } / Int64(count)
    let rates = executions.compactMap { $0.transfer > 0 ? Double(bytes) / (Double($0.transfer) * 1e-9) : nil }
    let factor = Self.busFactor(of: kind, devices: devices)
    algorithmBandwidth = factor == nil ? nil : quantile(rates, 0.5)
    busBandwidth = algorithmBandwidth.flatMap { rate in factor.map { rate * $0 } }
    var last: [Int: Int] = [:]
    for device in executions.compactMap(\.lastDevice) { last[device, default: 0] += 1 }
    if devices > 1, let most = last.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }) {
      lastDevice = most.key
      lastShare = Double(most.value) / Double(count)
    }
  }
}

/// One execution of a collective in one step.
private struct Execution {
  struct Key: Hashable, Comparable {
    var step: Int
    var collective: Int

    static func < (a: Key, b: Key) -> Bool { (a.step, a.collective) < (b.step, b.collective) }
  }

  let collective: Collective
  private var enter: [Int: Int64] = [:]
  private var done: [Int: Int64] = [:]
  private var senders: Set<Int> = []
  private var receivers: Set<Int> = []
  private var firstTransfer: Int64?

  init(_ collective: Collective) { self.collective = collective }

  mutating func add(_ record: TraceRecord, device: Int, instruction: Instruction) {
    enter[device] = min(enter[device] ?? record.begin, record.begin)
    done[device] = max(done[device] ?? record.end, record.end)
    switch instruction {
    case .send: senders.insert(device)
    case .receive:
      receivers.insert(device)
      firstTransfer = min(firstTransfer ?? record.transferStart, record.transferStart)
    default: break
    }
  }

  /// Entries that others need.
  private var needed: [(device: Int, enter: Int64)] {
    let isNeeded: (Int) -> Bool =
      switch collective.kind {
      case .allReduce, .allGather, .reduceScatter, .exchange: { _ in true }
      case .broadcast: { !receivers.contains($0) }
      case .reduce: { senders.contains($0) }
      }
    let all = enter.sorted { $0.key < $1.key }.map { (device: $0.key, enter: $0.value) }
    let some = all.filter { isNeeded($0.device) }
    return some.isEmpty ? all : some
  }

  private var lastEnter: Int64 { needed.map(\.enter).max() ?? 0 }
  /// Nil where nobody came noticeably later than the others: by a hundredth of what the collective takes.
  var lastDevice: Int? {
    guard needed.count > 1, 100 * skew >= transfer, skew > 0 else { return nil }
    return needed.max { $0.enter < $1.enter }?.device
  }
  var skew: Int64 { lastEnter - (needed.map(\.enter).min() ?? lastEnter) }
  var wait: Int64 { enter.values.reduce(0) { $0 + max(0, lastEnter - $1) } }
  var transfer: Int64 { max(0, (done.values.max() ?? lastEnter) - lastEnter) }
  var firstByte: Int64 { firstTransfer.map { max(0, $0 - lastEnter) } ?? 0 }
}

extension InstructionCatalogue {
  /// The collective that an instruction is a step of.
  public func collective(device: Int, instruction: Int) -> Index<Collective>? {
    let own = program.devices[device]
    return switch own.instructions[instruction] {
    case .send(let index), .receive(let index): program.messages[index].collective
    case .copy(let index), .accumulate(let index): own.copies[index].collective
    default: nil
    }
  }
}
