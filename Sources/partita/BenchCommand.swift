import ArgumentParser
import Datasets
import Diagnostics
import Engine
import Foundation
import Machines
import Networks
import Scenes
import Simulator
import Strategies
import Traces

struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measures what work takes on this machine, for simulations.",
    discussion: """
      Trains scenes and a few small networks in three rounds, on one device and on as many as there are cores, those that \
      others who use the processors have disturbed in more of them, and \
      keeps what every size of work took, with a line per kind of work for other sizes. Without scenes it measures \
      \(BenchWork.scenes.joined(separator: ", ")) and begins anew; with scenes it adds them to what is known. The result is \
      kept in the user's cache folder (XDG_CACHE_HOME, else ~/.cache); simulations and predictions read it, and recorded \
      runs add to it. Nothing else should run meanwhile.
      """)

  @Argument(help: ArgumentHelp("Scenes to measure.", valueName: "scene"))
  var scenes: [String] = []

  @Flag(help: "Prints the measurements as one JSON document and nothing else on standard output.")
  var json = false

  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: ArgumentHelp("Writes the result there and does not keep it for simulations.", valueName: "file"))
  var output: String?

  func run() throws {
    let outputs = try Outputs([OutputWish(.result, output)].compactMap { $0 })
    let cores = ProcessInfo.processInfo.activeProcessorCount
    let named = try scenes.map { name throws(DiagnosticList) in try SceneLibrary.scene(name) }
    let standard = try BenchWork.scenes.map { name throws(DiagnosticList) in try SceneLibrary.scene(name) }
    let known = named.isEmpty ? nil : CalibrationStore.measured
    let works =
      (known == nil ? BenchWork.kinds : [])
      + (named.isEmpty ? standard : named).flatMap { BenchWork.works(of: $0, cores: cores) }
    var runs: [BenchRun] = []
    for work in works where work.devices <= cores {
      if let run = try work.prepare() {
        runs.append(run)
      } else {
        Console.error("left out, as the strategy does not suit the network: \(work.name)")
      }
    }
    for round in 1...Self.rounds {
      for number in runs.indices {
        Console.error("round \(round) of \(Self.rounds), \(number + 1) of \(runs.count): \(runs[number].name)")
        try runs[number].measure()
      }
    }
    for round in (Self.rounds + 1)...Self.mostRounds {
      guard let fastest = runs.compactMap(\.times.shortestGauge).min().map(Double.init) else { break }
      let disturbed = runs.indices.filter {
        runs[$0].times.undisturbedShare(fastestGauge: fastest) < Self.enoughUndisturbed
          || Double(runs[$0].times.medianWake ?? 0) > Calibration.longestWake
      }
      if disturbed.isEmpty { break }
      for (place, number) in disturbed.enumerated() {
        Console.error(
          "round \(round), \(place + 1) of \(disturbed.count) that others disturbed so far: \(runs[number].name)")
        try runs[number].measure()
      }
    }
    let date = CalibrationStore.today
    let fitted = Calibration(fitting: runs.map(\.times), machine: Self.machine(cores: cores), date: date)
    guard var result = known ?? fitted else { throw Failure(.runFailed, "error: nothing could be measured") }
    result.take(gaugeNanoseconds: fitted?.gaugeNanoseconds)
    for (devices, group) in Dictionary(grouping: runs, by: \.devices).sorted(by: { $0.key < $1.key }) {
      result.add(
        RecordedTimes.measurements(
          of: group.map(\.times), fastestGauge: result.gaugeNanoseconds, threads: devices, origin: .bench, date: date))
    }
    if output != nil {
      try outputs.write(result.json(), to: .result)
      try outputs.check()
    } else {
      try CalibrationStore.save(result)
      Console.error("kept in \(CalibrationStore.file.path)")
      for doubt in result.doubts {
        Console.error("warning: \(doubt)\n  hint: run partita bench again when nothing else runs on this machine")
      }
    }
    if json { return try Console.output(output == nil ? try result.json() : "") }
    if output == nil { try Console.output(CalibrationText(result).text) }
  }

  /// Everything is measured once in each: a machine that is slower for some seconds then colours no work alone.
  private static let rounds = 3
  /// Works that were measured on disturbed processors alone are measured again in at most so many rounds in all.
  private static let mostRounds = 9
  /// The share of a work's time that is to be measured on undisturbed processors.
  private static let enoughUndisturbed = 0.95

  /// The processor's name where the system tells it.
  private static func machine(cores: Int) -> String {
    let information = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let line = information.split(separator: "\n").first { $0.hasPrefix("model name") }
    let name = line?.split(separator: ":").last?.trimmingCharacters(in: .whitespaces)
    let system = ProcessInfo.processInfo.operatingSystemVersionString
    return "\(name ?? system), \(cores) \(cores == 1 ? "core" : "cores")"
  }
}
