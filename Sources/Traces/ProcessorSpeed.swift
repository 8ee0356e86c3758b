/// How devices' processors did in one measured step, by the readings of ``TraceRecord/gauge`` and ``TraceRecord/withheld``.
public struct ProcessorCondition: Hashable, Sendable {
  /// Nanoseconds of the gauge in the mean over the step's time, on the device where it is longest; nil where a device was
  /// not gauged.
  public var gaugeNanoseconds: Double?
  /// The largest share of the step in which a device's thread was off its processor.
  public var withheldShare: Double
  /// True for a step after a stop: its threads have yet to wake up.
  public var followsStop: Bool

  /// Where the gauge takes longer than this times its shortest, a processor was slower than it can be. Undisturbed readings
  /// scatter by about 5 %; another thread on the same core makes them 50 to 100 % longer.
  static let tolerance = 1.1
  /// Timer interrupts alone take less.
  private static let withheldLimit = 0.02

  /// True where every device had a processor for itself and at its full speed; false also where that is not known.
  ///
  /// - Parameter fastest: the gauge's nanoseconds on an undisturbed processor.
  public func isUndisturbed(fastest: Double) -> Bool {
    !followsStop && withheldShare <= Self.withheldLimit
      && gaugeNanoseconds.map { Self.isUndisturbed($0, fastest: fastest) } ?? false
  }

  /// Whether a reading is one of an undisturbed processor, in nanoseconds.
  public static func isUndisturbed(_ reading: Double, fastest: Double) -> Bool { reading <= tolerance * fastest }
}

/// The measured steps of a run in which nobody disturbed it.
public struct UndisturbedSteps: Hashable, Sendable {
  public var count: Int
  /// Of their times; nil where they are fewer than five or than a twentieth of the measured steps, which says little, and where
  /// they took longer than most steps: then something else than what the gauge sees makes steps long.
  public var medianSeconds: Double?

  public init(count: Int, medianSeconds: Double?) {
    self.count = count
    self.medianSeconds = medianSeconds
  }

  static let enough = 5
  static let enoughShare = 0.05
  /// Processors are gauged at least this often, in nanoseconds, while they work. Of a shorter step that begins less than that
  /// before a disturbed one nobody knows when the disturbance began: it does not count.
  public static let gaugeInterval: Int64 = 1_200_000
  /// Undisturbed steps may take so many times the median of all.
  static let slack = 1.1
}

extension Totals {
  /// Nanoseconds of the gauge where a processor is undisturbed: the shortest known of this machine or of this run; nil where
  /// nobody gauged.
  ///
  /// - Parameter known: the shortest that was found on this machine before.
  private func fastestGauge(known: Double?) -> Double? {
    [known, shortestGauge.map(Double.init)].compactMap { $0 }.min()
  }

  /// Measured steps with undisturbed processors; nil where nobody gauged.
  ///
  /// - Parameter known: the gauge's shortest nanoseconds on this machine, where they were measured before.
  public func undisturbedSteps(knownGauge known: Double?) -> UndisturbedSteps? {
    guard shortestGauge != nil, let fastest = fastestGauge(known: known) else { return nil }
    var times: [Double] = []
    var untilDisturbed: Int64 = 0
    for (nanoseconds, condition) in zip(stepNanoseconds, conditions).reversed() {
      untilDisturbed = condition.isUndisturbed(fastest: fastest) ? untilDisturbed + nanoseconds : 0
      if untilDisturbed >= UndisturbedSteps.gaugeInterval { times.append(Double(nanoseconds) * 1e-9) }
    }
    let isEnough =
      times.count >= UndisturbedSteps.enough
      && Double(times.count) >= UndisturbedSteps.enoughShare * Double(stepNanoseconds.count)
    // Among short steps one that is long for another reason has a reading of its own where the others have none, and is found
    // undisturbed more easily than they are.
    let median = quantile(times, 0.5)
    let isTypical = (median ?? 0) <= UndisturbedSteps.slack * (stepSeconds(quantile: 0.5) ?? 0)
    return UndisturbedSteps(count: times.count, medianSeconds: isEnough && isTypical ? median : nil)
  }

  /// How fast a device's processor was in the mean over the measured time, as a share of its full speed; nil where nobody
  /// gauged it.
  public func processorSpeed(of device: Int, knownGauge known: Double?) -> Double? {
    guard let fastest = fastestGauge(known: known), let mean = gauges[device].mean else { return nil }
    return min(1, fastest / mean)
  }
}

/// Readings of a gauge, each weighted by the time that it stands for.
struct GaugeMean: Hashable, Sendable {
  private var weighted = 0.0
  private var time = 0.0

  mutating func add(_ record: TraceRecord) {
    guard record.gauge > 0 else { return }
    // A device that waits for a message needs no processor.
    let duration = Double(record.end - min(max(record.begin, record.arrival), record.end))
    weighted += Double(record.gauge) * duration
    time += duration
  }

  static func += (mean: inout GaugeMean, other: GaugeMean) {
    mean.weighted += other.weighted
    mean.time += other.time
  }

  /// In nanoseconds; nil without readings.
  var mean: Double? { time > 0 ? weighted / time : nil }
}
