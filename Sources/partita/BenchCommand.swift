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
      Trains a few small networks on one and on two devices, takes the medians of every instruction and fits the cost \
      model to them. The result is kept in the user's cache folder (XDG_CACHE_HOME, else ~/.cache) and read by 'partita \
      simulate'. Nothing else should run meanwhile.
      """)

  @Flag(help: "Prints the measurements as one JSON document and nothing else on standard output.")
  var json = false

  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: ArgumentHelp("Writes the result there and does not keep it for simulations.", valueName: "file"))
  var output: String?

  func run() throws {
    let file = try output.map { path throws(DiagnosticList) in try OutputFile(path, option: "-o") }
    let cores = ProcessInfo.processInfo.activeProcessorCount
    var runs: [RecordedTimes] = []
    for case (let number, let work) in BenchWork.all.enumerated() where work.devices <= cores {
      Console.error("measuring \(number + 1) of \(BenchWork.all.count): \(work.name)")
      runs.append(try work.measure())
    }
    let date = String(ISO8601DateFormatter().string(from: Date()).prefix(10))
    guard let result = Calibration(fitting: runs, machine: Self.machine(cores: cores), date: date) else {
      throw Failure(.runFailed, "error: nothing could be measured")
    }
    if let file {
      file.write(try result.json())
      try file.finish()
    } else {
      try CalibrationStore.save(result)
      Console.error("kept in \(CalibrationStore.file.path)")
    }
    if json { return try Console.output(output == nil ? try result.json() : "") }
    if output == nil { try Console.output(CalibrationText(result).text) }
  }

  /// The processor's name where the system tells it.
  private static func machine(cores: Int) -> String {
    let information = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let line = information.split(separator: "\n").first { $0.hasPrefix("model name") }
    let name = line?.split(separator: ":").last?.trimmingCharacters(in: .whitespaces)
    let system = ProcessInfo.processInfo.operatingSystemVersionString
    return "\(name ?? system), \(cores) \(cores == 1 ? "core" : "cores")"
  }
}
