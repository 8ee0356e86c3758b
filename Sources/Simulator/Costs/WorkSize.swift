import Networks
import Programs

/// The exact size of an instruction's work: what its time depends on, apart from the machine. Equal works of equal sizes
/// take the same time; calibrations keep times by it.
struct WorkSize: Hashable, Sendable {
  /// `FAMILY: SIZE`, or the size alone where a class of work has one family.
  var text: String

  init(_ text: String) { self.text = text }

  /// Works of one class and family differ in how much there is to do alone; such as convolutions with one kernel.
  var family: Substring { text.firstIndex(of: ":").map { text[..<$0] } ?? "" }
}

extension DeviceProgram {
  /// The size of one of this device's instructions; sends, receives and the runtime have none.
  func size(of instruction: Instruction) -> WorkSize {
    switch instruction {
    case .forward(let index): size(operations[index], "")
    case .backward(let index), .backwardInput(let index), .backwardWeight(let index):
      size(operations[index], operations[index].passMarks)
    case .statistics(let index), .gradientSums(let index): size(operations[index], "")
    case .runningStatistics(let index):
      WorkSize("\(runningUpdates[index].parts.count)x\(runningUpdates[index].channels)")
    case .load(let index):
      WorkSize("\(loads[index].input?.extent.sizeText ?? "-") \(loads[index].targets?.count ?? 0)")
    case .loss(let index):
      WorkSize("\(losses[index].samples.count)x\(losses[index].heads.count)x\(losses[index].outputs)")
    case .copy(let index), .accumulate(let index): size(copies[index])
    case .zero(let buffer): WorkSize("\(buffers[buffer].words)")
    case .update(let index):
      WorkSize("\(updates[index].states.count) states: \(buffers[updates[index].parameter].words)")
    case .send, .receive, .free, .endOfStep: WorkSize("")
    }
  }

  private func size(_ operation: Programs.Operation, _ marks: String) -> WorkSize {
    let geometry = operation.geometry
    let inputs = geometry.inputs.map(\.sizeText).joined(separator: "+")
    var text = "\(inputs) > \(geometry.output.sizeText)"
    if geometry.statisticsGroups.count > 1 { text += " in \(geometry.statisticsGroups.count) groups" }
    let family = geometry.kind.familyText + marks
    return WorkSize(family.isEmpty ? text : "\(family): \(text)")
  }

  /// Runs of words that lie one behind the other at both ends are copied faster than single words.
  private func size(_ copy: Copy) -> WorkSize {
    let count = copy.count
    var run = 1
    for (extent, source, destination) in [
      (count.w, copy.source.strides.w, copy.destination.strides.w),
      (count.h, copy.source.strides.h, copy.destination.strides.h),
      (count.k, copy.source.strides.k, copy.destination.strides.k),
      (count.n, copy.source.strides.n, copy.destination.strides.n),
    ] where extent > 1 {
      guard source == run, destination == run else { break }
      run *= extent
    }
    let words = count.count
    return WorkSize(run == words ? "\(words)" : "runs of \(run): \(words)")
  }
}

extension Programs.Operation {
  /// What a backward pass does beside the parameter gradients.
  fileprivate var passMarks: String {
    (inputGradients.contains { $0 != nil } ? " with input" : "") + (accumulates ? " adding" : "")
      + (accumulatesInputGradients ? " adding to input" : "")
  }
}

extension LayerKind {
  /// What distinguishes layers of one class whatever their extents.
  fileprivate var familyText: String {
    func text(_ window: Window) -> String {
      "\(window.kernel.height)x\(window.kernel.width)/\(window.stride.height)x\(window.stride.width)"
    }
    switch self {
    case .conv2d(_, let window, _, let sharing): return text(window) + (sharing == .everywhere ? "" : " untied")
    case .maxPool(let window), .averagePool(let window): return text(window)
    default: return ""
    }
  }
}

extension Extent4 {
  fileprivate var sizeText: String { "\(n)x\(k)x\(h)x\(w)" }
}
