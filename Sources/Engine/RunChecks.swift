import Datasets
import Diagnostics
import Machines
import Networks
import Programs

/// What has to agree before a run: program, data and settings.
enum RunChecks {
  /// - Parameter machine: what the wall clock is to obey; nil on another clock, which may go faster.
  /// - Returns: the samples in the shape in which the network reads them.
  /// - Throws: everything that does not fit, together.
  static func check(
    program: Program, inference: Program?, dataset: Dataset, training: TrainingSettings, machine: Machine?
  ) throws(DiagnosticList) -> Dataset {
    var problems: [Diagnostic] = []
    var fitted = dataset
    if let layer = program.graph.nodes.first(where: { $0.kind.profile != nil }) {
      problems.append(
        Diagnostic(
          "layer '\(layer.name)' has measured times and computes nothing", path: "network.layers[\(layer.index)]",
          hint: "a network with profiled layers can be simulated, not trained"))
    }
    do {
      fitted = try dataset.fitted(to: SampleDemand(program.graph, batch: program.batch))
    } catch {
      problems += error.all
    }
    if program.batch < 1 { problems.append(Diagnostic("a batch has at least one sample", path: "training.batch")) }
    if program.batch != training.batch {
      problems.append(Diagnostic("the program is for batches of \(program.batch), the training for \(training.batch)"))
    }
    if program.mode != .training { problems.append(Diagnostic("an inference program does not train")) }
    if let inference, inference.mode != .inference || inference.devices.count != 1 {
      problems.append(Diagnostic("evaluation needs an inference program of one device"))
    }
    if program.devices.enumerated().contains(where: { $0.offset != $0.element.device }) || program.devices.isEmpty {
      problems.append(Diagnostic("devices are numbered from 0 without gaps"))
    }
    if let machine, let fast = program.devices.indices.first(where: { machine.rate(of: $0) > 1 }) {
      problems.append(
        Diagnostic(
          "device \(fast) has the rate \(machine.rate(of: fast)), and a thread is no faster than a core of this machine",
          path: "machine.rates", hint: "rates up to 1 can be run; --clock virtual and 'partita simulate' take any"))
    }
    if let machine, let endless = endlessMessage(of: program, on: machine) { problems.append(endless) }
    guard problems.isEmpty else { throw DiagnosticList(problems) }
    return fitted
  }

  /// A message that a run on the wall clock would wait for longer than for a day.
  private static func endlessMessage(of program: Program, on machine: Machine) -> Diagnostic? {
    var largest = Array(repeating: 0, count: program.channels.count)
    for message in program.messages.entries {
      largest[message.channel.position] = max(largest[message.channel.position], message.bytes)
    }
    for (channel, bytes) in zip(program.channels.entries, largest) {
      let nanoseconds = machine.route(from: channel.from, to: channel.to).reduce(Int64(0)) {
        min($0 + $1.latencyNanoseconds + $1.occupancyNanoseconds(bytes: bytes), WireTime.longest)
      }
      guard nanoseconds > longestWait else { continue }
      return Diagnostic(
        "a message of \(bytes) bytes takes more than a day from device \(channel.from) to device \(channel.to)",
        path: "machine.link", hint: "a faster link; --clock virtual and 'partita simulate' wait for nothing")
    }
    return nil
  }

  /// Nanoseconds of a day.
  private static let longestWait: Int64 = 86_400_000_000_000
}
