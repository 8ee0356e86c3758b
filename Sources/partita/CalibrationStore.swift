import Diagnostics
import Foundation
import Simulator

/// Where the measurements of this machine are kept: `partita/calibration.json` in the user's cache folder by the XDG rules.
enum CalibrationStore {
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

  /// The kept measurements or, without them, the built-in ones; and where they come from, in words.
  static func load() -> (document: Calibration, origin: String) {
    guard let data = try? Data(contentsOf: file) else {
      let standard = Calibration.standard
      return (
        standard,
        "costs are built in, measured on \(standard.machine), and not calibrated for this machine: run partita bench"
      )
    }
    do {
      let document = try Calibration(json: data)
      return (document, "costs are calibrated on \(document.machine), \(document.date), by partita bench")
    } catch {
      Console.error("warning: \(file.path) cannot be read and is not used: \(error)\n  hint: run partita bench again")
      return (.standard, "costs are built in: the calibration of this machine cannot be read")
    }
  }

  /// - Throws: what could not be written.
  static func save(_ document: Calibration) throws {
    do {
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(try document.json().utf8).write(to: file, options: .atomic)
    } catch {
      throw Failure(.runFailed, "error: cannot write '\(file.path)': \(error.localizedDescription)")
    }
  }
}
