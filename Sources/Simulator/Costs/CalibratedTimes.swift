import Foundation

/// Looks up what work takes by a calibration: measured at exactly this size, else interpolated between measured sizes of the
/// same class and family, else by the class's line. Of a size that was measured in several working sets the nearest counts.
struct CalibratedTimes {
  /// How a time was found.
  enum Basis: Int, CaseIterable {
    case measured, interpolated, fitted
  }

  private struct Entry {
    var nanoseconds: Double
    /// True where it was measured with another number of devices at work, or in a working set of another size.
    var isElsewhere: Bool
    var origin: Calibration.Measurement.Origin
    var date: String
  }

  private struct Family: Hashable {
    var name: String
    var family: Substring
  }

  private let calibration: Calibration
  private var entries: [SizedWork: Entry] = [:]
  /// By units, rising; one point per number of units.
  private var points: [Family: [(units: Double, nanoseconds: Double)]] = [:]
  private var names: Set<String> = []

  /// - Parameters:
  ///   - threads: how many devices work on the machine at the same time. Where work was measured with another number alone, its
  ///     time is multiplied by what the step from one number to the other did to the rest of its class.
  ///   - contention: of this calibration's measurements.
  init(_ calibration: Calibration, threads: Int, workingSet: WorkingSet, contention: Contention) {
    self.calibration = calibration
    var all: [Family: [Double: [Double]]] = [:]
    for (key, choices) in Dictionary(
      grouping: calibration.measurements, by: { SizedWork(name: $0.work, size: $0.size) })
    {
      // Caches matter more than others at work. Of two numbers of threads that are as near, the smaller.
      func distance(_ choice: Calibration.Measurement) -> (Int, Int, Int, Int) {
        (
          workingSet.distance(to: choice.workingSet), abs(choice.threads - threads), choice.threads,
          choice.workingSet.map { abs($0 - workingSet.logarithm) } ?? 0
        )
      }
      guard let best = choices.min(by: { distance($0) < distance($1) }) else { continue }
      let time = best.nanoseconds * contention.factor(of: key.name, from: best.threads, to: threads)
      entries[key] = Entry(
        nanoseconds: time,
        isElsewhere: best.threads != threads || workingSet.distance(to: best.workingSet) > 0, origin: best.origin,
        date: best.date)
      names.insert(key.name)
      guard best.units > 0 else { continue }
      all[Family(name: key.name, family: WorkSize(key.size).family), default: [:]][best.units, default: []].append(time)
    }
    points = all.mapValues { times in
      times.map { (units: $0.key, nanoseconds: $0.value.reduce(0, +) / Double($0.value.count)) }
        .sorted { $0.units < $1.units }
    }
  }

  /// - Parameter size: asked only where the class was measured at all.
  /// - Returns: the time, how it was found, and where an exact one comes from.
  func time(
    of work: Work, size: () -> WorkSize
  ) -> (nanoseconds: Double, basis: Basis, run: String?) {
    guard names.contains(work.name) else { return (calibration.nanoseconds(work), .fitted, nil) }
    let size = size()
    if let entry = entries[SizedWork(name: work.name, size: size.text)] {
      return (
        entry.nanoseconds, entry.isElsewhere ? .interpolated : .measured, entry.origin == .run ? entry.date : nil
      )
    }
    if let time = interpolated(work, size) { return (time, .interpolated, nil) }
    return (calibration.nanoseconds(work), .fitted, nil)
  }

  /// Between the two nearest sizes, linear in the logarithms of work and time. Beyond the smallest or largest size the
  /// class's line is followed from there, up to four times the work.
  private func interpolated(_ work: Work, _ size: WorkSize) -> Double? {
    guard work.units > 0, let points = points[Family(name: work.name, family: size.family)] else { return nil }
    let next = points.firstIndex { $0.units >= work.units } ?? points.count
    if next < points.count, points[next].units == work.units { return points[next].nanoseconds }
    if next > 0, next < points.count {
      let (a, b) = (points[next - 1], points[next])
      guard a.nanoseconds > 0, b.nanoseconds > 0 else { return nil }
      let share = log(work.units / a.units) / log(b.units / a.units)
      return a.nanoseconds * pow(b.nanoseconds / a.nanoseconds, share)
    }
    let edge = next == 0 ? points[0] : points[points.count - 1]
    let ratio = max(work.units / edge.units, edge.units / work.units)
    let there = calibration.nanoseconds(Work(name: work.name, units: edge.units))
    guard ratio <= 4, there > 0 else { return nil }
    return edge.nanoseconds * calibration.nanoseconds(work) / there
  }
}

/// What devices that work at the same time on one machine do to each other's times: they share caches and memory.
struct Contention {
  private struct Step: Hashable {
    var name: String
    var from: Int
    var to: Int
  }

  /// Median ratios by class, and of all classes together under an empty name.
  private var factors: [Step: Double] = [:]

  init(_ measurements: [Calibration.Measurement]) {
    var ratios: [Step: [Double]] = [:]
    let groups = Dictionary(grouping: measurements) { SizedWork(name: $0.work, size: $0.size) }
    for (key, group) in groups where group.count > 1 {
      for a in group where a.nanoseconds > 0 {
        for b in group where b.threads != a.threads {
          // In other working sets other things differ too.
          if let one = a.workingSet, WorkingSet(logarithm: one).distance(to: b.workingSet) > 0 { continue }
          for name in [key.name, ""] {
            ratios[Step(name: name, from: a.threads, to: b.threads), default: []].append(b.nanoseconds / a.nanoseconds)
          }
        }
      }
    }
    factors = ratios.mapValues { $0.sorted()[$0.count / 2] }
  }

  /// How many times as long work of a class takes with `to` devices at work as with `from`: measured for the class, else for
  /// all classes together, else 1.
  func factor(of name: String, from: Int, to: Int) -> Double {
    if from == to { return 1 }
    return factors[Step(name: name, from: from, to: to)] ?? factors[Step(name: "", from: from, to: to)] ?? 1
  }
}
