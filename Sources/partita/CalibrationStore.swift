import Diagnostics
import Files
import Foundation
import Simulator

/// Where the measurements of this machine are kept: `partita/calibration.json` in the user's cache folder by the XDG rules.
enum CalibrationStore {
  /// What simulations and predictions use.
  struct Content {
    var document: Calibration
    /// Where it comes from, in words.
    var origin: String
    /// False for the built-in numbers, which are no ground for a prediction.
    var isMeasured: Bool
  }

  static var file: URL {
    let environment = ProcessInfo.processInfo.environment
    let cache =
      environment["XDG_CACHE_HOME"].flatMap { $0.hasPrefix("/") ? URL(fileURLWithPath: $0) : nil }
      ?? FileManager.default.homeDirectoryForCurrentUser.appending(path: ".cache")
    return cache.appending(path: "partita").appending(path: "calibration.json")
  }

  /// The kept measurements; nil where there are none that can be read.
  static var measured: Calibration? {
    (try? Data(contentsOf: file)).flatMap { try? Calibration(json: $0) }
  }

  /// The kept measurements or, without them, the built-in ones. A file that cannot be used is named on standard error.
  static func load() -> Content {
    guard let data = try? Data(contentsOf: file) else {
      let standard = Calibration.standard
      return Content(
        document: standard,
        origin:
          "costs are built in, a rough fit to runs on \(standard.machine), and not calibrated for this machine: run partita "
          + "bench", isMeasured: false)
    }
    do {
      let document = try Calibration(json: data)
      return Content(
        document: document,
        origin: (["costs are calibrated on \(document.machine), \(document.date), by partita bench"]
          + document.doubts.map { "doubtful: \($0)" }).joined(separator: "; "),
        isMeasured: true)
    } catch {
      let reason = (error as? DiagnosticList)?.all.first?.message ?? "\(error)"
      Console.error("warning: \(file.path) is not used: \(reason)\n  hint: run partita bench again")
      return Content(
        document: .standard, origin: "costs are built in: the calibration of this machine cannot be read",
        isMeasured: false)
    }
  }

  /// Adds the times of a training run on the wall clock, where this machine is calibrated; says nothing where that fails,
  /// for the run's sake.
  static func add(_ run: RecordedTimes, threads: Int) {
    guard var document = measured else { return }
    document.take(gaugeNanoseconds: run.shortestGauge.map(Double.init))
    document.add(
      RecordedTimes.measurements(
        of: [run], fastestGauge: document.gaugeNanoseconds, threads: threads, origin: .run, date: today))
    try? save(document)
  }

  /// The day, as 2026-01-31.
  static var today: String { String(ISO8601DateFormatter().string(from: Date()).prefix(10)) }

  /// - Throws: what could not be written.
  static func save(_ document: Calibration) throws {
    do {
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      let output = try OutputFile(file.path)
      output.write(try document.json())
      try output.finish()
    } catch {
      throw Failure(.runFailed, "error: the measurements cannot be kept: \(error)")
    }
  }
}
