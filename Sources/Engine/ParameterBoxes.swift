import Checkpoints
import Diagnostics
import Kernels
import Networks
import Programs

/// Boxes of arrays of any number of axes, contiguous with the last axis fastest.
enum ParameterBoxes {
  /// The words of the box `ranges` of an array of `shape`.
  static func cut(_ values: [Float], shape: [Int], ranges: [Range<Int>]) -> [Float] {
    var part: [Float] = []
    part.reserveCapacity(ranges.reduce(1) { $0 * $1.count })
    eachRun(shape: shape, ranges: ranges) { part += values[$0] }
    return part
  }

  /// Writes `part` into the words `words` (nil for all) of the box `ranges` of `whole`, an array of `shape`.
  static func paste(
    _ part: [Float], into whole: inout [Float], shape: [Int], ranges: [Range<Int>], words: Range<Int>? = nil
  ) {
    let words = words ?? 0..<part.count
    var first = 0
    eachRun(shape: shape, ranges: ranges) { run in
      let common = words.clamped(to: first..<first + run.count)
      if !common.isEmpty {
        let start = run.lowerBound + common.lowerBound - first
        whole.replaceSubrange(
          start..<start + common.count,
          with: part[common.lowerBound - words.lowerBound..<common.upperBound - words.lowerBound])
      }
      first += run.count
    }
  }

  /// The runs of consecutive words that a box consists of, in order.
  static func eachRun(shape: [Int], ranges: [Range<Int>], _ body: (Range<Int>) -> Void) {
    guard let last = ranges.last else { return body(0..<1) }
    var starts = [0]
    for axis in shape.indices.dropLast() {
      starts = starts.flatMap { start in ranges[axis].map { (start + $0) * shape[axis + 1] } }
    }
    for start in starts { body(start + last.lowerBound..<start + last.upperBound) }
  }
}

/// A program's parameters in the memories of its devices.
struct ModelParameters {
  let program: Program
  let memories: [DeviceMemory]

  /// Writes initial values: those of `tensors`, or where that is nil by each parameter's initializer.
  ///
  /// - Throws: every tensor that is missing, unknown, twice there or of another shape.
  func initialize(seed: UInt64, tensors: [NamedTensor]?) throws(DiagnosticList) {
    var given: [String: NamedTensor] = [:]
    if let tensors {
      try Self.check(tensors, against: program.graph)
      for tensor in tensors { given[tensor.name] = tensor }
    }
    eachHeld { device, held in
      let parameter = program.graph.nodes[held.node].parameters[held.ordinal]
      let values =
        if let tensor = given[parameter.name] {
          ParameterBoxes.cut(tensor.values, shape: parameter.shape, ranges: held.ranges)
        } else {
          ParameterInitialization.values(parameter: parameter, seed: seed, box: held.ranges)
        }
      memories[device].write(held.words.map { Array(values[$0]) } ?? values, to: held.buffer.position)
    }
  }

  /// One whole model, in the order of the network, put together from the parts that are saved.
  func whole() -> [NamedTensor] { whole { $0.buffer } }

  /// The gradients of one whole model; parameters without one are left out.
  func wholeGradients() -> [NamedTensor] { whole { $0.gradient } }

  private func whole(_ buffer: (HeldParameter) -> Index<Buffer>?) -> [NamedTensor] {
    var tensors = program.graph.nodes.map { node in
      node.parameters.map { NamedTensor(name: $0.name, shape: $0.shape, values: Array(repeating: 0, count: $0.count)) }
    }
    var found = Set<String>()
    eachHeld { device, held in
      guard held.isSaved, let source = buffer(held) else { return }
      let tensor = tensors[held.node][held.ordinal]
      found.insert(tensor.name)
      ParameterBoxes.paste(
        memories[device].read(source.position), into: &tensors[held.node][held.ordinal].values, shape: tensor.shape,
        ranges: held.ranges, words: held.words)
    }
    return tensors.joined().filter { found.contains($0.name) }
  }

  private func eachHeld(_ body: (Int, HeldParameter) -> Void) {
    for device in program.devices { for held in device.parameters { body(device.device, held) } }
  }

  private static func check(_ tensors: [NamedTensor], against graph: Graph) throws(DiagnosticList) {
    var problems: [Diagnostic] = []
    let wanted = graph.nodes.flatMap(\.parameters)
    var counts: [String: Int] = [:]
    for tensor in tensors { counts[tensor.name, default: 0] += 1 }
    for parameter in wanted {
      guard let tensor = tensors.first(where: { $0.name == parameter.name }) else {
        problems.append(
          Diagnostic("the parameters have no '\(parameter.name)'", hint: "the network has \(parameter.shape)"))
        continue
      }
      if tensor.shape != parameter.shape || tensor.values.count != parameter.count {
        problems.append(
          Diagnostic(
            "'\(parameter.name)' is \(tensor.shape) with \(tensor.values.count) values",
            hint: "the network needs \(parameter.shape)"))
      }
    }
    let names = Set(wanted.map(\.name))
    for tensor in tensors where !names.contains(tensor.name) {
      problems.append(Diagnostic("the network has no parameter '\(tensor.name)'"))
    }
    for (name, count) in counts.sorted(by: { $0.key < $1.key }) where count > 1 {
      problems.append(Diagnostic("'\(name)' is there \(count) times"))
    }
    if !problems.isEmpty { throw DiagnosticList(problems) }
  }
}
