import Diagnostics
import Networks
import Programs

extension Report {
  /// Puts a report together from what was measured and what is known about the run.
  public init(_ facts: RunFacts, statistics: RunStatistics) {
    let program = statistics.catalogue.program
    let totals = statistics.totals
    let isMeasured = totals.steps > 0
    let untraced = isMeasured ? [] : Array(facts.stepSeconds.dropFirst(statistics.warmupSteps))
    func step(_ fraction: Double) -> Double? { totals.stepSeconds(quantile: fraction) ?? quantile(untraced, fraction) }
    let seconds = isMeasured ? totals.window.seconds : untraced.reduce(0, +)
    let measuredSteps = isMeasured ? totals.steps : untraced.count
    let median = step(0.5)

    scene = facts.scene
    strategy = program.strategy
    devices = program.devices.count
    clock = facts.clock
    let isOversubscribed = facts.clock == .wall && facts.cores.map { program.devices.count > $0 } ?? false
    oversubscribed = isOversubscribed
    batch = program.batch
    microbatches = program.microbatches
    seed = facts.seed
    steps = facts.steps
    warmupSteps = min(statistics.warmupSteps, facts.steps)
    stepSeconds = StepSeconds(median: median, p10: step(0.1), p90: step(0.9))
    parameterCount = program.graph.parameterCount
    flopsPerSample = program.graph.flopsPerSample
    perDevice = program.devices.indices.map { device in
      let peak = facts.peaks.indices.contains(device) ? facts.peaks[device] : nil
      let formula = PeakMemory(
        of: program.devices[device], messages: program.messages,
        workspaceWords: facts.workspaceWords.flatMap { $0.indices.contains(device) ? $0[device] : nil })
      var row = Device(
        device, totals: isMeasured ? totals : nil, clock: facts.clock, peak: peak ?? .unknown,
        formula: Report.PeakBytes(formula))
      row.processorSpeed = totals.processorSpeed(of: device, knownGauge: facts.analysis.gaugeNanoseconds)
      return row
    }
    communication = Communication(program, totals: isMeasured ? totals : nil)
    bubble = Bubble(statistics.catalogue, totals: totals)
    efficiency = Efficiency(totals, speedup: facts.serial?.speedup(of: median))
    assumptions = program.assumptions + facts.assumptions + Self.cautions(statistics)
    if isOversubscribed, let cores = facts.cores {
      assumptions.append(
        "oversubscribed: \(counted(program.devices.count, "device")) on \(counted(cores, "core")), so waits and step "
          + "times include the operating system's scheduling")
    }
    cores = facts.cores
    serialReference = facts.serial
    if !facts.losses.isEmpty { loss = facts.losses.map { Nullable(wrappedValue: $0.isFinite ? $0 : nil) } }
    samplesPerSecond = seconds > 0 ? Double(program.batch * measuredSteps) / seconds : nil
    trainAccuracy = facts.trainAccuracy
    testAccuracy = facts.testAccuracy
    if program.graph.tree != nil {
      ensembleAccuracy = facts.testAccuracy
      oracleAccuracy = facts.testOracleAccuracy
      trainOracleAccuracy = facts.trainOracleAccuracy
      heads = facts.heads
    }
    let calm = totals.undisturbedSteps(knownGauge: facts.analysis.gaugeNanoseconds)
    undisturbed = calm.map { Undisturbed($0) }
    predicted = facts.predictedStepSeconds.map {
      Prediction(stepSeconds: $0, measured: median, undisturbed: calm?.medianSeconds)
    }
    if let machine = facts.machine, measuredSteps > 0 {
      links = LinkUse.all(
        program, on: machine, carried: facts.carried, steps: facts.steps, measuredSteps: measuredSteps)
    }
    var context = facts.analysis
    context.serial = facts.serial
    if isOversubscribed { context.oversubscribedCores = facts.cores }
    guard let analysis = TraceAnalysis(statistics, context: context) else { return }
    self.analysis = Analysis(analysis)
    if let repeated = context.replay?.repeated { predicted?.explain(by: repeated, of: analysis.steps) }
  }

  /// What the statistics had to leave out.
  private static func cautions(_ statistics: RunStatistics) -> [String] {
    var texts: [String] = []
    if statistics.droppedRecords > 0 {
      texts.append("\(statistics.droppedRecords) trace records were lost for lack of room")
    }
    if statistics.incompleteSteps > 0 {
      texts.append("\(statistics.incompleteSteps) steps with lost records are left out of the measurements")
    }
    return texts
  }
}

extension Report.Device {
  /// - Parameter totals: nil where nothing was measured.
  init(_ device: Int, totals: Totals?, clock: Clock, peak: Report.PeakBytes, formula: Report.PeakBytes) {
    let parts = totals?.breakdowns[device]
    self.device = device
    peakBytes = peak
    expectedPeakBytes = formula
    windowSeconds = parts?.window.seconds
    computeSeconds = parts?.compute.seconds
    exposedCommunicationSeconds = parts?.exposedCommunication.seconds
    waitSeconds = parts?.wait.seconds
    overheadSeconds = parts?.overhead.seconds
    idleSeconds = parts?.idle.seconds
    withheldSeconds = clock == .wall ? totals?.withheld[device].seconds : nil
    firstStartSeconds = totals?.lastStep?.firstStart[device]?.seconds
    lastEndSeconds = totals?.lastStep?.lastEnd[device]?.seconds
    waits = parts.map { parts in
      Dictionary(uniqueKeysWithValues: WaitCause.allCases.map { ($0.rawValue, parts.waits[$0, default: 0].seconds) })
    }
    bytesSent = totals?.bytesSent[device]
    bytesReceived = totals?.bytesReceived[device]
    messagesSent = totals?.messagesSent[device]
  }
}

extension Report.Communication {
  /// - Parameter totals: nil where nothing was measured.
  init(_ program: Program, totals: Totals?) {
    expectedBytesPerStep = program.expectedBytesPerStep
    bytesPerStep = totals.map { Double($0.bytes) / Double($0.steps) }
    messagesPerStep = totals.map { Double($0.messages) / Double($0.steps) }
    matrixBytes = totals?.matrixBytes
    byPurpose = totals.map { totals in
      Dictionary(
        uniqueKeysWithValues: Purpose.allCases.map { ($0.rawValue, totals.bytesByPurpose[$0, default: 0]) })
    }
  }
}

extension Report.Bubble {
  init(_ catalogue: InstructionCatalogue, totals: Totals) {
    formula = catalogue.program.bubble?.fractionOfTotal
    guard catalogue.hasPipelineEdges, totals.window > 0 else { return }
    let stages = catalogue.stageDevices
    let inactive = stages.reduce(0.0) { $0 + Double(totals.breakdowns[$1].inactive) }
    fractionOfTotal = inactive / (Double(stages.count) * Double(totals.window))
  }
}

extension Report.Efficiency {
  init(_ totals: Totals, speedup: Double?) {
    let useful = totals.breakdowns.map { Double($0.compute) }
    let average = useful.reduce(0, +) / Double(max(useful.count, 1))
    let most = useful.max() ?? 0
    let window = Double(totals.window)
    self.speedup = speedup
    strong = speedup.map { $0 / Double(max(useful.count, 1)) }
    loadBalance = most > 0 ? average / most : nil
    communication = window > 0 ? most / window : nil
    parallel = window > 0 ? average / window : nil
  }
}

extension Int64 {
  /// Nanoseconds as seconds.
  var seconds: Double { Double(self) / 1e9 }
}
