import Diagnostics
import Networks

/// Reads the hyperparameters of one layer.
struct LayerFields {
  let kind: String
  let layer: NodeReader
  let fields: MappingReader?

  subscript(_ key: String) -> NodeReader? { fields?[key] }

  /// What the layer computes, or nil after a complaint.
  func layerKind() -> LayerKind? {
    switch kind {
    case "linear":
      let outputs = outputs()
      let bias = boolean("bias")
      guard let outputs, let bias else { return nil }
      return .linear(outputs: outputs, bias: bias)
    case "conv", "locallyConnected":
      let outputs = outputs()
      let kernel = required("kernel").flatMap { $0.extent(in: SizeLimit.kernel) }
      let window = window(kernel: kernel, stride: Extent(1))
      let bias = boolean("bias")
      let sharing = sharing()
      guard let outputs, let window, let bias, let sharing else { return nil }
      return .conv2d(outputs: outputs, window: window, bias: bias, sharing: sharing)
    case "maxPool", "averagePool":
      let size = required("size").flatMap { $0.extent(in: SizeLimit.kernel) }
      guard let window = window(kernel: size, stride: size) else { return nil }
      return kind == "maxPool" ? .maxPool(window) : .averagePool(window)
    case "batchNorm":
      let epsilon = number("epsilon", 1e-5, "a number above 0") { $0 > 0 }
      let momentum = number("momentum", 0.1, "a number from 0 to 1") { (0...1).contains($0) }
      guard let epsilon, let momentum else { return nil }
      return .batchNorm(epsilon: epsilon, momentum: momentum)
    case "leakyRelu": return number("slope", 0.01, "a number") { _ in true }.map { .leakyRelu(slope: $0) }
    case "dropout":
      return number("rate", 0.5, "a number of at least 0 and below 1") { (0..<1).contains($0) }.map {
        .dropout(rate: $0)
      }
    case "globalAveragePool": return .globalAveragePool
    case "relu": return .relu
    case "sigmoid": return .sigmoid
    case "tanh": return .tanh
    case "gelu": return .gelu
    case "flatten": return .flatten
    case "add": return .add
    case "concat": return .concat
    case "profiled": return profile().map { .profiled($0) }
    default: return nil
    }
  }

  private func required(_ key: String) -> NodeReader? {
    guard let fields else {
      layer.report("'\(key)' of \(kind) is missing", hint: LayerFields.example(of: kind))
      return nil
    }
    return fields.required(key, hint: LayerFields.example(of: kind))
  }

  private func profile() -> LayerProfile? {
    func time(_ key: String) -> Double? {
      required(key).flatMap {
        $0.real("milliseconds from 0 to \(Int(SizeLimit.milliseconds.upperBound))") {
          SizeLimit.milliseconds.contains($0)
        }
      }
    }
    let forward = time("forward_ms")
    let input = time("backward_input_ms")
    let weight = time("backward_weight_ms")
    let output = required("output_bytes").flatMap { $0.integer(in: 1...SizeLimit.bytes) }
    let parameters = self["parameter_bytes"].map { $0.integer(in: 0...SizeLimit.bytes) } ?? 0
    // 0 where the scene's microbatches are meant.
    let samples = self["samples"].map { $0.real("a number of samples above 0") { $0 > 0 && $0 <= 1e15 } } ?? 0
    guard let forward, let input, let weight, let output, let parameters, let samples else { return nil }
    return LayerProfile(
      forwardMilliseconds: forward, backwardInputMilliseconds: input, backwardWeightMilliseconds: weight,
      outputBytes: output, parameterBytes: parameters, samples: samples > 0 ? samples : nil)
  }

  private func outputs() -> Int? { required("outputs").flatMap { $0.integer(in: SizeLimit.channels) } }

  /// An absent key is true, a wrong value nil.
  private func boolean(_ key: String) -> Bool? { self[key].map { $0.boolean() } ?? true }

  private func number(_ key: String, _ standard: Float, _ range: String, _ accept: (Float) -> Bool) -> Float? {
    self[key].map { $0.number(range, where: accept) } ?? standard
  }

  private func window(kernel: Extent?, stride standard: Extent?) -> Window? {
    let stride = self["stride"].map { $0.extent(in: SizeLimit.side) } ?? standard
    let padding = self["padding"].map { $0.padding(kernel: kernel, stride: stride) } ?? Edges()
    guard let kernel, let stride, let padding else { return nil }
    return Window(kernel: kernel, stride: stride, padding: padding)
  }

  /// A tile of 1 is a convolution, and written as one.
  private func sharing() -> FilterSharing? {
    if kind == "locallyConnected" { return .nowhere }
    guard let tile = self["tile"] else { return .everywhere }
    return tile.extent(in: SizeLimit.side).map { $0 == Extent(1) ? .everywhere : .tiled($0) }
  }

  private static func example(of kind: String) -> String? {
    switch kind {
    case "linear": "for instance linear: 64"
    case "conv", "locallyConnected": "for instance \(kind): {outputs: 16, kernel: 3, padding: same}"
    case "maxPool", "averagePool": "for instance \(kind): 2"
    case "profiled":
      "for instance profiled: {forward_ms: 18.5, backward_input_ms: 18.1, backward_weight_ms: 9.3, output_bytes: 1000000}"
    default: nil
    }
  }
}

extension NodeReader {
  /// One number for both directions, or `[height, width]`.
  fileprivate func extent(in sizes: WholeNumbers) -> Extent? {
    guard case .sequence = node else { return integer(in: sizes).map { Extent($0) } }
    let list = sequence("a number or [height, width]") ?? []
    guard list.count == 2 else {
      report("expected a number or [height, width], found a list of \(list.count)")
      return nil
    }
    guard case let sides = list.compactMap({ $0.integer(in: sizes) }), sides.count == 2 else { return nil }
    return Extent(sides[0], sides[1])
  }

  /// `same`, one number, `[height, width]` or `[top, left, bottom, right]`. A wrong kernel or stride (nil) is not
  /// blamed a second time.
  fileprivate func padding(kernel: Extent?, stride: Extent?) -> Edges? {
    let form = "same, a number, [height, width] or [top, left, bottom, right]"
    switch node {
    case .sequence:
      let list = sequence(form) ?? []
      guard list.count == 2 || list.count == 4 else {
        report("expected \(form), found a list of \(list.count)")
        return nil
      }
      guard case let sides = list.compactMap({ $0.integer(in: SizeLimit.padding) }), sides.count == list.count else {
        return nil
      }
      return Edges(top: sides[0], left: sides[1], bottom: sides[sides.count - 2], right: sides[sides.count - 1])
    case .scalar(let scalar) where scalar.string == "same":
      guard let kernel, let stride else { return nil }
      guard stride == Extent(1) else {
        report("'same' needs a stride of 1", hint: "give the padding as a number: \((kernel.height - 1) / 2)")
        return nil
      }
      return .same(kernel: kernel)
    case .scalar(let scalar) where SizeLimit.padding.reading(scalar.string) == .none:
      expected(form)
      return nil
    default:
      return integer(in: SizeLimit.padding).map { Edges($0) }
    }
  }
}
