import Machines
import Programs
import Traces

/// A change to a run's costs, to ask what the run would then be like.
public enum WhatIf: Hashable, Sendable {
  /// All work of one layer, by its index in the graph, is so many times as fast.
  case layer(Int, times: Double)
  /// All instructions of one kind are.
  case kind(SpanKind, times: Double)
  /// Everything that one device does is.
  case device(Int, times: Double)
  /// Messages are: so many times the bandwidth, and so much less latency.
  case link(times: Double)
}

/// Costs of which some are divided by a factor.
struct ChangedCosts: CostSource {
  private let costs: CostTable
  /// Per device and instruction.
  private let factors: [[Double]]

  var assumptions: [String] { costs.assumptions }

  init(_ costs: CostTable, _ change: WhatIf, _ catalogue: InstructionCatalogue) {
    self.costs = costs
    factors = catalogue.program.devices.enumerated().map { device, own in
      own.instructions.indices.map { position in
        switch change {
        case .layer(let node, let times):
          let kind = catalogue.kind(device: device, instruction: position)
          let isWork = kind.activity == .compute
          return isWork && catalogue.node(device: device, instruction: position) == node ? times : 1
        case .kind(let kind, let times):
          return catalogue.kind(device: device, instruction: position) == kind ? times : 1
        case .device(let number, let times): return device == number ? times : 1
        case .link: return 1
        }
      }
    }
  }

  mutating func picoseconds(device: Int, position: Int, step: Int) -> Int64 {
    let whole = costs.picoseconds(device: device, position: position, step: step)
    let factor = factors[device][position]
    return factor == 1 || factor <= 0 ? whole : Int64((Double(whole) / factor).rounded())
  }
}

extension RecordedTimes {
  /// The durations of a run's analysed steps.
  public init(_ steps: AnalysedSteps, spinNanoseconds: Int64) {
    self.init(steps.catalogue.program, spinNanoseconds: spinNanoseconds)
    add(TraceBatch(records: steps.records, dropped: steps.records.map { _ in 0 }))
    finish()
  }
}

extension Simulation {
  /// Seconds of a step with these costs, with or without a change: the mean of the steps after the first.
  ///
  /// - Throws: as ``run(_:on:steps:deliver:)``.
  public func predictedStep(
    _ costs: CostTable, on machine: MachineModel, change: WhatIf? = nil, catalogue: InstructionCatalogue, steps: Int = 3
  ) throws -> Double {
    let outcome: SimulationOutcome
    switch change {
    case nil: outcome = try run(costs, on: machine, steps: steps)
    case .link(let times)?: outcome = try run(costs, on: machine.withMessages(timesAsFast: times), steps: steps)
    case let change?:
      var changed = ChangedCosts(costs, change, catalogue)
      outcome = try run(asking: &changed, on: machine, steps: steps)
    }
    let ends = outcome.stepEnds
    guard let first = ends.first, let last = ends.last, ends.count > 1 else { return outcome.lastStepSeconds ?? 0 }
    return Double(last - first) / Double(ends.count - 1) / SimulatedTime.perSecond
  }

  /// The median of recorded steps that are run again, in seconds.
  ///
  /// - Throws: as ``run(_:on:steps:deliver:)``.
  private func medianStep(_ steps: RecordedSteps, on machine: MachineModel) throws -> Double {
    var steps = steps
    let ends = try run(asking: &steps, on: machine, steps: steps.count).stepEnds
    let durations = zip(ends, [0] + ends).map { $0 - $1 }.sorted()
    return Double(durations[durations.count / 2]) / SimulatedTime.perSecond
  }

  /// Programs with more instructions are not run again and again for an answer that nobody waits for.
  public static let replayLimit = 50_000

  /// The run again with its costs, with messages that cost nothing, and with the layers that hold most of the critical path,
  /// its busiest device and its messages twice as fast; nil for a program beyond ``replayLimit``.
  ///
  /// - Parameter description: the machine as it is described, where it names devices or links that are slower than their like; their
  ///   slowness is in the costs or in `machine`.
  /// - Throws: as ``run(_:on:steps:deliver:)``.
  public func replay(
    _ costs: CostTable, on machine: MachineModel, describedBy description: Machine? = nil, path: CriticalPath
  ) throws -> Replay? {
    guard program.devices.reduce(0, { $0 + $1.instructions.count }) <= Self.replayLimit else { return nil }
    let catalogue = InstructionCatalogue(program)
    func step(_ machine: MachineModel, _ change: WhatIf? = nil) throws -> Double {
      try predictedStep(costs, on: machine, change: change, catalogue: catalogue)
    }
    var changes: [Replay.Change] = []
    for node in path.heaviestLayers(catalogue).prefix(3) {
      changes.append(
        Replay.Change(
          "\(program.graph.nodes[node].name) 2× as fast", stepSeconds: try step(machine, .layer(node, times: 2))))
    }
    if program.devices.count > 1 {
      let lengths = program.devices.indices.map { path.length(on: $0) }
      if let most = lengths.indices.max(by: { (lengths[$0], $1) < (lengths[$1], $0) }) {
        changes.append(
          Replay.Change("device \(most) 2× as fast", stepSeconds: try step(machine, .device(most, times: 2))))
      }
      if machine != machine.withIdealNetwork {
        changes.append(Replay.Change("messages 2× as fast", stepSeconds: try step(machine, .link(times: 2))))
      }
    }
    var replay = Replay(
      stepSeconds: try step(machine), idealNetworkStepSeconds: try step(machine.withIdealNetwork), changes: changes)
    guard let description else { return replay }
    for slow in description.slowParts(devices: program.devices.count).prefix(Self.slowPartLimit) {
      let seconds =
        switch slow.part {
        case .device(let device): try step(machine, .device(device, times: slow.factor))
        case .link(let link): try step(machine.with(link: link, timesAsFast: slow.factor))
        }
      let part: Replay.Slowed.Part =
        switch slow.part {
        case .device(let device): .device(device)
        case .link(let link): .link("\(link)")
        }
      replay.slowed.append(Replay.Slowed(part, factor: slow.factor, stepSeconds: seconds))
    }
    return replay
  }

  /// Where many devices are slower than their like, none of them is the cause.
  private static let slowPartLimit = 4

  /// A real run's steps: replayed with the medians of their durations, and repeated each with its own; nil for a program beyond
  /// ``replayLimit``.
  ///
  /// - Parameters:
  ///   - steps: steps of this program.
  ///   - spinNanoseconds: how long the run's threads looked before they slept.
  ///   - usualWakeNanoseconds: what waking up takes where no processor is withheld, since a processor that others have is late for a
  ///     thread that is woken, too; nil for a run whose times were not those of the wall clock.
  /// - Throws: as ``run(_:on:steps:deliver:)``.
  public func replay(
    _ steps: AnalysedSteps, on machine: Machine, spinNanoseconds: Int64, usualWakeNanoseconds: Double?
  ) throws -> Replay? {
    let recorded = RecordedTimes(steps, spinNanoseconds: spinNanoseconds)
    let waking = Waking(wakeNanoseconds: Double(recorded.medianWake ?? 0), spinNanoseconds: spinNanoseconds)
    guard
      var replay = try replay(
        recorded.costs(), on: MachineModel(machine, waking: waking).withoutPace, describedBy: machine,
        path: CriticalPath(steps))
    else { return nil }
    func repeated(usualWakeNanoseconds: Double?) throws -> Double {
      let own = RecordedSteps(
        steps, spinNanoseconds: spinNanoseconds, usualWakeNanoseconds: usualWakeNanoseconds)
      return try medianStep(own, on: MachineModel(machine).withoutPace)
    }
    replay.repeated = Replay.Repeated(
      stepSeconds: try repeated(usualWakeNanoseconds: nil),
      undisturbedStepSeconds: try usualWakeNanoseconds.map { try repeated(usualWakeNanoseconds: $0) })
    return replay
  }
}

extension CriticalPath {
  /// Layers by the time that their computing takes on the path, the longest first.
  fileprivate func heaviestLayers(_ catalogue: InstructionCatalogue) -> [Int] {
    var sums: [Int: Int64] = [:]
    for segment in segments where segment.part == .compute {
      guard let instruction = segment.instruction,
        let node = catalogue.node(device: segment.device, instruction: instruction)
      else { continue }
      sums[node, default: 0] += segment.nanoseconds
    }
    return sums.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key)
  }
}

extension Calibration {
  /// The best rate of any matrix product or convolution, in floating-point operations per second: what one device can do at
  /// most; nil where none was measured.
  public var peakFlopsPerSecond: Double? {
    let rates = costs.compactMap { name, cost -> Double? in
      let isProduct = name.hasPrefix("linear.") || name.hasPrefix("conv.")
      return isProduct && cost.perUnit > 0 ? 1e9 / cost.perUnit : nil
    }
    return rates.max()
  }
}
