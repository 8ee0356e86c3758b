import Networks
import Programs

/// What an instruction has to do, in the terms of a cost model: a class of work and how many units of it.
///
/// | class | unit |
/// | --- | --- |
/// | `linear.…`, `conv.…` | floating-point operation |
/// | `maxPool.…`, `averagePool.…`, `globalAveragePool.…` | word of input that a window reads |
/// | all other layers | word of output |
/// | `loss` | word of logits |
/// | `load`, `copy`, `accumulate`, `zero`, `update` | word |
/// | `send`, `receive`, `runtime` | none: each takes the same |
///
/// A layer's class names its kind and the pass: `forward`, `backward`, `backwardInput`, `backwardWeight`.
struct Work: Hashable, Sendable {
  var name: String
  var units: Double

  /// Where a class was never measured: the next best one, with the share of the units that it stands for.
  static func substitute(for name: String) -> (name: String, share: Double)? {
    let parts = name.split(separator: ".")
    guard parts.count == 2 else { return nil }
    switch parts[1] {
    case "backwardInput", "backwardWeight": return ("\(parts[0]).backward", 1)
    case "backward": return ("\(parts[0]).forward", 1)
    default: return parts[0] == "relu" ? nil : ("relu.forward", 1)
    }
  }
}

extension DeviceProgram {
  /// The work of one of this device's instructions.
  func work(of instruction: Instruction, messages: Table<Message>) -> Work {
    switch instruction {
    case .load(let index):
      Work(name: "load", units: Double(loads[index].input?.count ?? loads[index].targets?.count ?? 0))
    case .forward(let index): layer(operations[index], "forward", shares: 1)
    case .backward(let index):
      layer(operations[index], "backward", shares: operations[index].needsInputGradient ? 2 : 1)
    case .backwardInput(let index): layer(operations[index], "backwardInput", shares: 1)
    case .backwardWeight(let index): layer(operations[index], "backwardWeight", shares: 1)
    case .statistics(let index):
      Work(name: "batchNorm.statistics", units: Double(operations[index].geometry.output.count))
    case .gradientSums(let index):
      Work(name: "batchNorm.gradientSums", units: Double(operations[index].geometry.output.count))
    case .runningStatistics(let index):
      Work(name: "batchNorm.runningStatistics", units: Double(runningUpdates[index].channels))
    case .loss(let index): Work(name: "loss", units: Double(losses[index].samples.count * losses[index].outputs))
    case .copy(let index): Work(name: "copy", units: Double(copies[index].count.count))
    case .accumulate(let index): Work(name: "accumulate", units: Double(copies[index].count.count))
    case .zero(let buffer): Work(name: "zero", units: Double(buffers[buffer].words))
    case .update(let index): Work(name: "update", units: Double(buffers[updates[index].parameter].words))
    case .send: Work(name: "send", units: 0)
    case .receive: Work(name: "receive", units: 0)
    case .free, .endOfStep: Work(name: "runtime", units: 0)
    }
  }

  /// - Parameter shares: how many times the operations of the forward pass, for layers that multiply matrices.
  private func layer(_ operation: Programs.Operation, _ pass: String, shares: Double) -> Work {
    let kind = operation.geometry.kind
    let output = Double(operation.geometry.output.count)
    let units: Double =
      switch kind {
      case .linear: 2 * output * Double(operation.geometry.inputs[0].k) * shares
      case .conv2d(_, let window, _, _):
        2 * output * Double(operation.geometry.inputs[0].k * window.kernel.height * window.kernel.width) * shares
      case .maxPool(let window), .averagePool(let window):
        output * Double(window.kernel.height * window.kernel.width)
      case .globalAveragePool: Double(operation.geometry.inputs[0].count)
      default: output
      }
    return Work(name: "\(kind.costClass).\(pass)", units: units)
  }
}

extension LayerKind {
  /// Filters that differ from position to position cost what shared ones do.
  fileprivate var costClass: String { if case .conv2d = self { "conv" } else { name } }
}

extension Programs.Operation {
  fileprivate var needsInputGradient: Bool { inputGradients.contains { $0 != nil } }
}
