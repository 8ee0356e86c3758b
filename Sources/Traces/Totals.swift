import Programs

/// Sums over the measured steps of a run. Bytes and messages are counted from executed sends and receives, never from
/// the program.
public struct Totals: Sendable {
  /// Per device.
  public private(set) var breakdowns: [Breakdown]
  public private(set) var bytesSent: [Int]
  public private(set) var bytesReceived: [Int]
  public private(set) var messagesSent: [Int]
  /// Nanoseconds per device in which its thread was off its processor (``TraceRecord/withheld``).
  public private(set) var withheld: [Int64]
  public private(set) var bytesByPurpose: [Purpose: Int] = [:]
  /// Nanoseconds per measured step, in order.
  public private(set) var stepNanoseconds: [Int64] = []
  /// Of the processors in each of these steps.
  public private(set) var conditions: [ProcessorCondition] = []
  /// Per device, over all measured steps (``TraceRecord/gauge``).
  private(set) var gauges: [GaugeMean]
  /// The shortest reading of any device; nil where nobody gauged.
  private(set) var shortestGauge: Int32?
  /// The measured time as stretches without stops, warm-up or lost steps in between; every device's window is their sum.
  public private(set) var segments: [Range<Int64>] = []
  /// The last measured step.
  public private(set) var lastStep: LastStep?

  /// The work (forward, backward, loss, update) of each device in one step, in nanoseconds from the first work of any
  /// device in that step; nil for a device without work.
  public struct LastStep: Hashable, Sendable {
    public var step: Int
    public var firstStart: [Int64?]
    public var lastEnd: [Int64?]
  }

  private let channels: [Channel]
  private var channelBytes: [Int]
  private var channelMessages: [Int]

  init(_ program: Program) {
    let devices = program.devices.count
    breakdowns = Array(repeating: Breakdown(), count: devices)
    bytesSent = Array(repeating: 0, count: devices)
    bytesReceived = bytesSent
    messagesSent = bytesSent
    withheld = breakdowns.map { _ in 0 }
    gauges = breakdowns.map { _ in GaugeMean() }
    channels = program.channels.entries
    channelBytes = Array(repeating: 0, count: channels.count)
    channelMessages = channelBytes
  }

  public var steps: Int { stepNanoseconds.count }
  /// Nanoseconds of every device's window.
  public var window: Int64 { stepNanoseconds.reduce(0, +) }
  /// Bytes sent by all devices.
  public var bytes: Int { bytesSent.reduce(0, +) }
  /// Messages sent by all devices.
  public var messages: Int { messagesSent.reduce(0, +) }

  /// What each channel carried.
  public var carried: CarriedTraffic { CarriedTraffic(bytes: channelBytes, messages: channelMessages) }

  /// Bytes sent, `[from][to]`.
  public var matrixBytes: [[Int]] { matrix(channelBytes) }
  /// Messages sent, `[from][to]`.
  public var matrixMessages: [[Int]] { matrix(channelMessages) }

  /// The step duration below which a share of `fraction` of the measured steps lies, in seconds, with linear
  /// interpolation between ranks (NumPy's default); nil where no step was measured.
  public func stepSeconds(quantile fraction: Double) -> Double? {
    quantile(stepNanoseconds.map { Double($0) * 1e-9 }, fraction)
  }

  mutating func add(
    _ records: [[TraceRecord]], step: Int, window: Range<Int64>, breakdowns parts: [Breakdown],
    catalogue: InstructionCatalogue
  ) {
    for device in parts.indices { breakdowns[device] += parts[device] }
    stepNanoseconds.append(window.upperBound - window.lowerBound)
    let isNext = segments.last?.upperBound == window.lowerBound
    if let last = segments.last, isNext {
      segments[segments.count - 1] = last.lowerBound..<window.upperBound
    } else {
      segments.append(window)
    }
    var stepGauges: [GaugeMean] = []
    var mostWithheld: Int64 = 0
    var firstBegin: [Int64?] = []
    var lastEnd: [Int64?] = []
    for (device, own) in records.enumerated() {
      var first: Int64?
      var last: Int64?
      var gauge = GaugeMean()
      var lost: Int64 = 0
      for record in own {
        lost += record.withheld
        gauge.add(record)
        if record.gauge > 0 { shortestGauge = min(shortestGauge ?? .max, record.gauge) }
        let instruction = Int(record.instruction)
        switch catalogue.kind(device: device, instruction: instruction) {
        case .send, .receive: count(device: device, instruction: instruction, catalogue: catalogue)
        case .forward, .backward, .backwardInput, .backwardWeight, .loss, .update:
          first = min(first ?? record.begin, record.begin)
          last = max(last ?? record.end, record.end)
        default: break
        }
      }
      withheld[device] += lost
      mostWithheld = max(mostWithheld, lost)
      gauges[device] += gauge
      stepGauges.append(gauge)
      firstBegin.append(first)
      lastEnd.append(last)
    }
    // A device without work of its own has no reading.
    let means = zip(stepGauges, firstBegin).compactMap { $1 == nil ? nil : $0.mean }
    conditions.append(
      ProcessorCondition(
        gaugeNanoseconds: means.count == firstBegin.count { $0 != nil } ? means.max() : nil,
        withheldShare: window.isEmpty ? 0 : Double(mostWithheld) / Double(window.count),
        followsStop: !isNext && segments.count > 1))
    let start = firstBegin.compactMap { $0 }.min() ?? window.lowerBound
    lastStep = LastStep(
      step: step, firstStart: firstBegin.map { $0.map { $0 - start } }, lastEnd: lastEnd.map { $0.map { $0 - start } })
  }

  private mutating func count(device: Int, instruction: Int, catalogue: InstructionCatalogue) {
    switch catalogue.program.devices[device].instructions[instruction] {
    case .send(let index):
      let message = catalogue.program.messages[index]
      bytesSent[device] += message.bytes
      messagesSent[device] += 1
      bytesByPurpose[message.purpose, default: 0] += message.bytes
      channelBytes[message.channel.position] += message.bytes
      channelMessages[message.channel.position] += 1
    case .receive(let index):
      bytesReceived[device] += catalogue.program.messages[index].bytes
    default: break
    }
  }

  private func matrix(_ perChannel: [Int]) -> [[Int]] {
    var rows = Array(repeating: Array(repeating: 0, count: bytesSent.count), count: bytesSent.count)
    for (channel, value) in zip(channels, perChannel) { rows[channel.from][channel.to] += value }
    return rows
  }
}

/// The value below which a share of `fraction` lies, with linear interpolation; nil for no values.
func quantile(_ values: [Double], _ fraction: Double) -> Double? {
  guard !values.isEmpty else { return nil }
  let sorted = values.sorted()
  let rank = fraction * Double(sorted.count - 1)
  let low = Int(rank.rounded(.down))
  let high = min(low + 1, sorted.count - 1)
  return sorted[low] + (sorted[high] - sorted[low]) * (rank - Double(low))
}
