import Diagnostics

extension Report.Analysis {
  /// An analysis as numbers and words, every table cut after ``rowLimit`` rows.
  public init(_ analysis: TraceAnalysis) {
    let catalogue = analysis.steps.catalogue
    firstStep = analysis.steps.numbers.lowerBound
    lastStep = analysis.steps.numbers.upperBound
    windowSeconds = (analysis.steps.window.upperBound - analysis.steps.window.lowerBound).seconds
    verdict = analysis.verdict
    criticalPath = Path(analysis.path, catalogue)
    let byDevice = analysis.delays.byDevice().map { $0 * 1e-9 }
    delays = Delays(
      totalSeconds: analysis.delays.total * 1e-9, perDevice: byDevice,
      causes: analysis.delays.costs.prefix(Self.rowLimit).map { cost in
        var row = Delays.Cause(
          device: cost.cause.device, label: catalogue.label(of: cost.cause), directSeconds: cost.direct * 1e-9,
          propagatedSeconds: cost.propagated * 1e-9)
        row.layer = cost.cause.node.map(catalogue.layerName)
        return row
      })
    efficiency = Tree(analysis.efficiency)
    overlapRatio = analysis.totals.breakdowns.map { Nullable(wrappedValue: $0.overlapRatio) }
    collectives = analysis.collectives.prefix(Self.rowLimit).map(Exchange.init)
    flops = Flops()
    flops.achievedPerSecond = analysis.achievedFlopsPerSecond
    flops.peakPerSecondPerDevice = analysis.context.peakFlopsPerSecond
    flops.modelUtilisation = analysis.modelFlopsUtilisation
    straggler = analysis.straggler.map(LateDevice.init)
    bubble = analysis.bubble.map { phases in
      Phases(
        warmUpSeconds: phases.warmUp.seconds, steadySeconds: phases.steady.seconds,
        drainSeconds: phases.drain.seconds, windowSeconds: phases.window.seconds)
    }
    replay = analysis.context.replay.map { Rerun($0, of: analysis.steps) }
    trials = analysis.context.trials.map { Tried($0) }
  }
}

extension Report.Analysis.Path {
  init(_ path: CriticalPath, _ catalogue: InstructionCatalogue) {
    parts = Dictionary(
      uniqueKeysWithValues: CriticalPath.Part.allCases.map { ($0.rawValue, path.length($0).seconds) })
    perDevice = catalogue.program.devices.indices.map { path.length(on: $0).seconds }
    byLayer = path.byLayer(catalogue).prefix(Report.Analysis.rowLimit).map { row in
      var item = Item(kind: row.kind, seconds: row.nanoseconds.seconds)
      item.layer = row.layer
      return item
    }
    workSeconds = path.work.seconds
    speedupBound = path.speedupBound
  }
}

extension Report.Analysis.Tree {
  init(_ tree: EfficiencyTree) {
    loadBalance = tree.loadBalance
    serialisation = tree.serialisation
    transfer = tree.transfer
    communication = tree.communication
    parallel = tree.parallel
    computationScaling = tree.computationScaling
    global = tree.global
  }
}

extension Report.Analysis.Exchange {
  init(_ timing: CollectiveTiming) {
    kind = timing.kind.rawValue
    algorithm = timing.algorithm
    label = timing.label
    purpose = timing.purpose.rawValue
    devices = timing.devices
    bytes = timing.bytes
    count = timing.count
    waitSeconds = timing.wait.seconds
    transferSeconds = timing.transfer.seconds
    skewSeconds = timing.skew.seconds
    firstByteSeconds = timing.firstByte.seconds
    algorithmBandwidth = timing.algorithmBandwidth
    busBandwidth = timing.busBandwidth
    lastDevice = timing.lastDevice
    lastShare = timing.lastShare
  }
}

extension Report.Analysis.LateDevice {
  init(_ straggler: Straggler) {
    device = straggler.device
    score = straggler.score
    confidence = straggler.confidence
    steps = straggler.steps
    reason = straggler.reason
    lastShare = straggler.lastShare
  }
}

extension Report.Analysis.Tried {
  init(_ trials: Trials) {
    predictedStepSeconds = trials.stepSeconds
    changes = trials.changes.map { change in
      var row = Report.Analysis.Rerun.Change(change: change.text, stepSeconds: change.stepSeconds)
      row.speedup = change.stepSeconds > 0 ? trials.stepSeconds / change.stepSeconds : nil
      return row
    }
  }
}

extension Report.Analysis.Rerun {
  init(_ replay: Replay, of steps: AnalysedSteps) {
    stepSeconds = replay.stepSeconds
    idealNetworkStepSeconds = replay.idealNetworkStepSeconds
    changes = replay.changes.map { change in
      var row = Change(change: change.text, stepSeconds: change.stepSeconds)
      row.speedup = replay.speedup(of: change)
      return row
    }
    relativeError = replay.relativeError(of: steps)
  }
}
