import Datasets
import Machines
import Networks
import Strategies

extension Scene {
  /// The scene as a file: the keys in a fixed order, defaults left out, one layer per line. Reading it back gives an equal
  /// scene; comments of a file that the scene was read from are not kept.
  public var yaml: String {
    var lines = ["name: \(ScalarText.text(name))"]
    if !about.isEmpty { lines.append("about: \(ScalarText.text(about))") }
    lines.append("network:")
    lines.append("  input: \(ScalarText.shape(network.input))")
    lines.append("  layers:")
    lines += network.layers.map { "    - \($0.yaml)" }
    lines.append("  loss: \(network.loss.rawValue)")
    if let tree = network.tree { lines.append("  tree: \(flow(tree.entries))") }
    lines.append("data: \(data.yaml)")
    lines.append("training: \(flow(training.entries(microbatches: microbatches)))")
    lines.append("machine: \(machine.yaml)")
    lines.append(contentsOf: Self.block("strategy", strategy.description))
    return lines.joined(separator: "\n") + "\n"
  }

  /// A text of one line stands behind its key, one of several lines below it.
  private static func block(_ key: String, _ text: String) -> [String] {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count > 1, lines.allSatisfy({ !$0.isEmpty && $0.first != " " }) else {
      return ["\(key): \(ScalarText.text(text))"]
    }
    return ["\(key): |-"] + lines.map { "  \($0)" }
  }
}

/// Key and value in one line of a mapping.
typealias Entry = (key: String, value: String)

private func flow(_ entries: [Entry]) -> String {
  "{\(entries.map { "\($0.key): \($0.value)" }.joined(separator: ", "))}"
}

extension Layer {
  fileprivate var yaml: String {
    var entries = kind.entries
    if let name { entries.append(("name", ScalarText.text(name, inFlow: true))) }
    if let inputs { entries.append(("inputs", ScalarText.list(inputs))) }
    if entries.isEmpty { return kind.name }
    if entries.count == 1, entries[0].key == LayerForm.shorthand(of: kind.name) {
      return "\(kind.name): \(entries[0].value)"
    }
    return "\(kind.name): \(flow(entries))"
  }
}

extension LayerKind {
  /// The hyperparameters that differ from their defaults, and those without default.
  fileprivate var entries: [Entry] {
    switch self {
    case .linear(let outputs, let bias): return [("outputs", "\(outputs)")] + without(bias)
    case .conv2d(let outputs, let window, let bias, let sharing):
      var entries: [Entry] = [("outputs", "\(outputs)"), ("kernel", window.kernel.yaml)]
      if window.stride != Extent(1) { entries.append(("stride", window.stride.yaml)) }
      entries += padding(window) + without(bias)
      if case .tiled(let tile) = sharing { entries.append(("tile", tile.yaml)) }
      return entries
    case .maxPool(let window), .averagePool(let window):
      var entries: [Entry] = [("size", window.kernel.yaml)]
      if window.stride != window.kernel { entries.append(("stride", window.stride.yaml)) }
      return entries + padding(window)
    case .batchNorm(let epsilon, let momentum):
      let all: [(String, Float, Float)] = [("epsilon", epsilon, 1e-5), ("momentum", momentum, 0.1)]
      return all.filter { $0.1 != $0.2 }.map { ($0.0, ScalarText.number($0.1)) }
    case .leakyRelu(let slope): return slope == 0.01 ? [] : [("slope", ScalarText.number(slope))]
    case .dropout(let rate): return [("rate", ScalarText.number(rate))]
    case .profiled(let profile):
      return [
        ("forward_ms", ScalarText.number(profile.forwardMilliseconds)),
        ("backward_input_ms", ScalarText.number(profile.backwardInputMilliseconds)),
        ("backward_weight_ms", ScalarText.number(profile.backwardWeightMilliseconds)),
        ("output_bytes", "\(profile.outputBytes)"), ("parameter_bytes", "\(profile.parameterBytes)"),
      ] + (profile.samples.map { [("samples", ScalarText.number($0))] } ?? [])
    case .globalAveragePool, .relu, .sigmoid, .tanh, .gelu, .flatten, .add, .concat, .junction, .heads: return []
    }
  }

  private func without(_ bias: Bool) -> [Entry] { bias ? [] : [("bias", "false")] }

  private func padding(_ window: Window) -> [Entry] {
    let edges = window.padding
    let isUniform = edges == Edges(edges.top)
    if isUniform, edges.top == 0 { return [] }
    if case .conv2d = self, window.stride == Extent(1), edges == .same(kernel: window.kernel) {
      return [("padding", "same")]
    }
    if isUniform { return [("padding", "\(edges.top)")] }
    if edges.top == edges.bottom, edges.left == edges.right { return [("padding", "[\(edges.top), \(edges.left)]")] }
    return [("padding", "[\(edges.top), \(edges.left), \(edges.bottom), \(edges.right)]")]
  }
}

extension Tree {
  fileprivate var entries: [Entry] {
    [("after", ScalarText.text(after, inFlow: true)), ("copies", "\(copies)"), ("loss", loss.rawValue)]
      + (best == 1 ? [] : [("best", "\(best)")])
  }
}

extension Extent {
  fileprivate var yaml: String { height == width ? "\(height)" : "[\(height), \(width)]" }
}

extension DataSettings {
  fileprivate var yaml: String {
    flow([("set", source.name)] + source.entries + [("shuffle", "\(shuffle)")])
  }
}

extension DataSource {
  fileprivate var entries: [Entry] {
    func path(_ key: String, _ text: String?) -> [Entry] {
      text.map { [(key, ScalarText.text($0, inFlow: true))] } ?? []
    }
    switch self {
    case .digits: return []
    case .spirals(let classes, let samples, let noise):
      return [("classes", "\(classes)"), ("samples", "\(samples)"), ("noise", ScalarText.number(noise))]
    case .blobs(let dimensions, let classes, let samples, let spread):
      return [
        ("dimensions", "\(dimensions)"), ("classes", "\(classes)"), ("samples", "\(samples)"),
        ("spread", ScalarText.number(spread)),
      ]
    case .synthetic(let shape, let classes, let samples):
      return (shape.map { [("shape", ScalarText.shape($0))] } ?? []) + (classes.map { [("classes", "\($0)")] } ?? [])
        + [("samples", "\(samples)")]
    case .idx(let images, let labels, let testImages, let testLabels):
      return path("images", images) + path("labels", labels) + path("test_images", testImages)
        + path("test_labels", testLabels)
    case .cifar10(let files, let testFiles):
      return [("files", ScalarText.list(files))]
        + (testFiles.isEmpty ? [] : [("test_files", ScalarText.list(testFiles))])
    case .csv(let file, let testFile, let header):
      return path("file", file) + path("test_file", testFile) + (header.map { [("header", "\($0)")] } ?? [])
    }
  }
}

extension TrainingSettings {
  fileprivate func entries(microbatches: Int?) -> [Entry] {
    var entries: [Entry] = [("batch", "\(batch)")]
    if let microbatches { entries.append(("microbatches", "\(microbatches)")) }
    switch length {
    case .steps(let count): entries.append(("steps", "\(count)"))
    case .epochs(let count): entries.append(("epochs", "\(count)"))
    }
    entries += optimizer.entries
    if weightDecay != 0 { entries.append(("weight_decay", ScalarText.number(weightDecay))) }
    if let givenRate { entries.append(("rate", givenRate.yaml)) }
    return entries + [("seed", "\(seed)")]
  }
}

extension Optimizer {
  fileprivate var entries: [Entry] {
    func entry(_ key: String, _ value: Float, _ standard: Float) -> [Entry] {
      value == standard ? [] : [(key, ScalarText.number(value))]
    }
    switch self {
    case .sgd: return [("optimizer", "sgd")]
    case .momentum(let momentum): return [("optimizer", "sgd")] + entry("momentum", momentum, 0)
    case .nesterov(let momentum):
      return [("optimizer", "sgd")] + entry("momentum", momentum, 0) + [("nesterov", "true")]
    case .adagrad(let epsilon): return [("optimizer", "adagrad")] + entry("epsilon", epsilon, 1e-10)
    case .adam(let beta1, let beta2, let epsilon):
      return [("optimizer", "adam")] + entry("beta1", beta1, 0.9) + entry("beta2", beta2, 0.999)
        + entry("epsilon", epsilon, 1e-8)
    }
  }
}

extension RateSchedule {
  fileprivate var yaml: String {
    var entries: [Entry] = [("rate", ScalarText.number(rate))]
    switch shape {
    case .constant where warmup == 0: return ScalarText.number(rate)
    case .constant: break
    case .step(let every, let factor):
      entries += [("schedule", "step"), ("every", "\(every)"), ("factor", ScalarText.number(factor))]
    case .cosine(let final):
      entries.append(("schedule", "cosine"))
      if final != 0 { entries.append(("final", ScalarText.number(final))) }
    }
    if warmup != 0 { entries.append(("warmup", "\(warmup)")) }
    return flow(entries)
  }
}
