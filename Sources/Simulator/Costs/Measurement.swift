extension Calibration {
  /// What some work of exactly one size took on the machine.
  public struct Measurement: Codable, Hashable, Sendable {
    /// Where a measurement comes from.
    public enum Origin: String, Codable, Hashable, Sendable {
      /// `partita bench`.
      case bench
      /// A training run that was recorded.
      case run
    }

    /// The class of work, as `conv.forward`.
    public var work: String
    /// The exact size, as text: extents of inputs and output, window, what a backward pass gives.
    public var size: String
    /// In the units of the class.
    public var units: Double
    /// How many devices worked on the machine at the same time.
    public var threads: Int
    /// How much memory the device's program used, as a power of two of bytes; nil in documents that do not know.
    public var workingSet: Int?
    public var nanoseconds: Double
    /// Whether all of it was seen on undisturbed processors; nil where nobody gauged them.
    public var isUndisturbed: Bool? = nil
    public var origin: Origin
    /// The day, as 2026-01-31.
    public var date: String

    enum CodingKeys: String, CodingKey {
      case work, size, units, threads, nanoseconds, origin, date
      case workingSet = "working_set_log2_bytes"
      case isUndisturbed = "undisturbed"
    }
  }

  /// Takes in measurements, in place of those of the same work, size, number of threads and working set. What disturbed
  /// processors took does not take the place of what undisturbed ones did.
  public mutating func add(_ new: [Measurement]) {
    struct Key: Hashable {
      var work: String
      var size: String
      var threads: Int
      var workingSet: Int?

      init(_ measurement: Measurement) {
        (work, size) = (measurement.work, measurement.size)
        (threads, workingSet) = (measurement.threads, measurement.workingSet)
      }
    }
    let calm = Set(measurements.filter { $0.isUndisturbed == true }.map(Key.init))
    let new = new.filter { $0.isUndisturbed != false || !calm.contains(Key($0)) }
    let replaced = Set(new.map(Key.init))
    measurements = measurements.filter { !replaced.contains(Key($0)) } + new
    if measurements.count > Self.capacity { measurements.removeFirst(measurements.count - Self.capacity) }
  }

  /// Takes in what the gauge of a processor's speed took at another time: the shortest counts.
  public mutating func take(gaugeNanoseconds new: Double?) {
    gaugeNanoseconds = [gaugeNanoseconds, new].compactMap { $0 }.min()
  }

  /// Measurements that are kept; the oldest go first.
  private static let capacity = 20_000
}

extension RecordedTimes {
  /// Recorded runs as measurements: of each work of one size in one working set the mean of its instructions' medians, so that
  /// the times of a step add up; of work without a size the median of them.
  ///
  /// - Parameter fastestGauge: the gauge's nanoseconds on an undisturbed processor; nil where nobody gauged.
  public static func measurements(
    of runs: [RecordedTimes], fastestGauge: Double?, threads: Int, origin: Calibration.Measurement.Origin, date: String
  ) -> [Calibration.Measurement] {
    struct Key: Hashable {
      var work: SizedWork
      var workingSet: Int
      var order: (String, String, Int) { (work.name, work.size, workingSet) }
    }
    let samples = runs.flatMap { $0.samples(fastestGauge: fastestGauge) }
    let groups = Dictionary(grouping: samples) {
      Key(work: SizedWork(name: $0.work.name, size: $0.size.text), workingSet: $0.workingSet.logarithm)
    }
    return groups.sorted { $0.key.order < $1.key.order }.map { key, samples in
      let times = samples.map(\.nanoseconds).sorted()
      let units = samples[0].work.units
      // Sends and receives have no size, so runs of all kinds meet in one number: those in which the system took the core
      // away at that moment must not decide it.
      let time = units > 0 ? times.reduce(0, +) / Double(times.count) : times[times.count / 2]
      return Calibration.Measurement(
        work: key.work.name, size: key.work.size, units: units, threads: threads, workingSet: key.workingSet,
        nanoseconds: time, isUndisturbed: fastestGauge.map { _ in samples.allSatisfy(\.isUndisturbed) }, origin: origin,
        date: date)
    }
  }
}

/// A class of work and one size of it.
struct SizedWork: Hashable, Sendable {
  var name: String
  var size: String
}
