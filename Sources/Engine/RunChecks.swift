import Datasets
import Diagnostics
import Machines
import Networks
import Programs

/// What has to agree before a run: program, data and settings.
enum RunChecks {
  /// - Parameter machine: what the wall clock is to obey; nil on another clock, which may go faster.
  /// - Throws: everything that does not fit, together.
  static func check(
    program: Program, inference: Program?, dataset: Dataset, training: TrainingSettings, machine: Machine?
  ) throws(DiagnosticList) {
    var problems: [Diagnostic] = []
    let input = program.graph.input
    if let layer = program.graph.nodes.first(where: { $0.kind.profile != nil }) {
      problems.append(
        Diagnostic(
          "layer '\(layer.name)' has measured times and computes nothing", path: "network.layers[\(layer.index)]",
          hint: "a network with profiled layers can be simulated, not trained"))
    }
    for (name, set) in [("training", dataset.train)] + (dataset.test.map { [("test", $0)] } ?? []) {
      if set.shape != input && set.shape.count != input.count {
        problems.append(
          Diagnostic(
            "the \(name) set's samples are \(set.shape), but the network reads \(input)", path: "network.input"))
      }
      let outputs = program.graph.headOutputs
      if let classes = set.classes, classes > outputs, program.graph.loss == .softmaxCrossEntropy || outputs > 1 {
        problems.append(
          Diagnostic(
            "the \(name) set has \(classes) classes, but the network has \(outputs) outputs",
            hint: "give the last layer \(classes) outputs"))
      }
      if set.classes == nil, program.graph.loss != .meanSquaredError || outputs != 1 {
        problems.append(
          Diagnostic(
            "the \(name) set has real targets, which need one output and the loss meanSquaredError",
            path: "network.loss"))
      }
    }
    if program.batch != training.batch {
      problems.append(Diagnostic("the program is for batches of \(program.batch), the training for \(training.batch)"))
    }
    if program.batch < 1 || program.batch > dataset.train.count {
      problems.append(
        Diagnostic(
          "a batch of \(program.batch) does not fit into \(dataset.train.count) training samples",
          path: "training.batch",
          hint: "at most \(dataset.train.count)"))
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
    if !problems.isEmpty { throw DiagnosticList(problems) }
  }
}
