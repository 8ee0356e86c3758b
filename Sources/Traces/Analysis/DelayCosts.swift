import Programs

/// Who caused the waiting: every second that any device waited, charged to the device and the work whose lateness caused it
/// (the delay costs of Böhme, Geimer, Arnold, Voigtlaender and Wolf 2016, as Scalasca computes them).
///
/// A wait of device d for device s began to come about when the two last had to wait for each other, or with the step. From
/// then on, both did work; what s did more of than d, by layer and kind, is the *delay*, and the wait is charged to it in
/// proportion. Where s itself waited longer than d, its part of the charge goes on to those who made s wait: such a charge is
/// *propagated*, the others are *direct*. Time that a message spent behind others in front of its wire is charged to the
/// sender's sends. Charges add up to the waits, which are those of ``Breakdown/wait``.
public struct DelayCosts: Sendable {
  /// What a device did too late.
  public struct Cause: Hashable, Sendable {
    public var device: Int
    public var kind: SpanKind
    /// Index of the layer; nil where it is none or several.
    public var node: Int?

    public init(device: Int, kind: SpanKind, node: Int? = nil) {
      self.device = device
      self.kind = kind
      self.node = node
    }
  }

  /// What was charged to one cause, in nanoseconds.
  public struct Cost: Hashable, Sendable {
    public var cause: Cause
    /// Of devices that waited for the causing device itself.
    public var direct: Double
    /// Of devices that waited for others which were late because of it.
    public var propagated: Double

    public var total: Double { direct + propagated }
  }

  /// One wait, with the device that it was for.
  struct Wait: Sendable {
    var device: Int
    var place: Int
    /// Nanoseconds inside the window that are not hidden by work or transfers.
    var amount: Double
    /// How the wait's amount is passed on; the shares add up to 1.
    var charges: [(cause: Cause, share: Double)] = []
    var earlier: [(wait: Int, share: Double)] = []
  }

  /// The largest first.
  public let costs: [Cost]
  /// Nanoseconds of all waits.
  public let total: Double
  private let waits: [Wait]
  /// Waits such that every one comes before those that it passes a charge to.
  private let order: [Int]
  private let steps: AnalysedSteps

  /// Charges the waits of some steps.
  public init(_ steps: AnalysedSteps) { self.init(steps, pairs: MessagePairs(steps)) }

  init(_ steps: AnalysedSteps, pairs: MessagePairs) {
    var graph = DelayGraph(steps, pairs)
    graph.build()
    self.steps = steps
    waits = graph.waits
    order = Self.order(of: waits)
    total = waits.reduce(0) { $0 + $1.amount }
    costs = Self.charge(waits.map(\.amount), through: waits, order)
  }

  /// What caused one wait, the largest part first; empty for what is no wait of these steps.
  ///
  /// - Parameter span: as cut by ``InstructionCatalogue/spans(of:device:)``.
  public func causes(of span: TraceSpan) -> [Cost] {
    guard steps.records.indices.contains(span.device) else { return [] }
    let found = waits.firstIndex { wait in
      let record = steps.records[wait.device][wait.place]
      return wait.device == span.device && Int(record.step) == span.step && Int(record.instruction) == span.instruction
    }
    guard let found else { return [] }
    var amounts = [Double](repeating: 0, count: waits.count)
    amounts[found] = max(waits[found].amount, .leastNonzeroMagnitude)
    return Self.charge(amounts, through: waits, order)
  }

  /// The same in a sentence, with the two largest causes; nil for what is no wait of these steps.
  ///
  /// `caused by B conv1 on device 1 (62 %) and through others F conv1 on device 0 (38 %)`
  public func explain(_ span: TraceSpan) -> String? {
    let causes = causes(of: span)
    let sum = causes.reduce(0) { $0 + $1.total }
    guard sum > 0 else { return nil }
    let texts = causes.prefix(2).map { cost in
      let through = cost.propagated > cost.direct ? "through others " : ""
      return through + "\(steps.catalogue.label(of: cost.cause)) on device \(cost.cause.device) "
        + "(\(percentText(cost.total / sum)))"
    }
    return "caused by " + texts.joined(separator: " and ")
  }

  /// Nanoseconds charged to each device.
  public func byDevice() -> [Double] {
    var sums = [Double](repeating: 0, count: steps.deviceCount)
    for cost in costs { sums[cost.cause.device] += cost.total }
    return sums
  }

  private static func charge(_ amounts: [Double], through waits: [Wait], _ order: [Int]) -> [Cost] {
    var inherited = [Double](repeating: 0, count: waits.count)
    var sums: [Cause: Cost] = [:]
    for index in order {
      let (own, passed) = (amounts[index], inherited[index])
      guard own + passed > 0 else { continue }
      for (cause, share) in waits[index].charges {
        sums[cause, default: Cost(cause: cause, direct: 0, propagated: 0)].direct += own * share
        sums[cause]?.propagated += passed * share
      }
      for (earlier, share) in waits[index].earlier { inherited[earlier] += (own + passed) * share }
    }
    return sums.values.sorted { a, b in
      if a.total != b.total { return a.total > b.total }
      let (x, y) = (a.cause, b.cause)
      return (x.device, x.kind.rawValue, x.node ?? -1) < (y.device, y.kind.rawValue, y.node ?? -1)
    }
  }

  /// Kahn's order. Charges only go to waits that ended before, so all waits get into it.
  private static func order(of waits: [Wait]) -> [Int] {
    var incoming = [Int](repeating: 0, count: waits.count)
    for wait in waits { for (earlier, _) in wait.earlier { incoming[earlier] += 1 } }
    var order = waits.indices.filter { incoming[$0] == 0 }
    var next = 0
    while next < order.count {
      for (earlier, _) in waits[order[next]].earlier {
        incoming[earlier] -= 1
        if incoming[earlier] == 0 { order.append(earlier) }
      }
      next += 1
    }
    return order
  }
}
