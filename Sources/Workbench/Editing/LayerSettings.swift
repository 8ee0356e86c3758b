import Diagnostics
import Networks

/// The hyperparameters of a layer as fields, and back.
public enum LayerSettings {
  /// The kinds that can be added, each with sensible hyperparameters, in the order of the menu.
  public static let templates: [(kind: LayerKind, about: String)] = [
    (.linear(outputs: 64), "every output reads every input"),
    (
      .conv2d(outputs: 16, window: Window(kernel: Extent(3), padding: .same(kernel: Extent(3)))),
      "filters slide over the image"
    ),
    (.relu, "max(0, x)"),
    (.batchNorm(), "normalises each channel over the batch"),
    (.maxPool(Window(kernel: Extent(2), stride: Extent(2))), "largest value of each window"),
    (.averagePool(Window(kernel: Extent(2), stride: Extent(2))), "mean of each window"),
    (
      .conv2d(outputs: 16, window: Window(kernel: Extent(3), padding: .same(kernel: Extent(3))), sharing: .nowhere),
      "every position has filters of its own"
    ),
    (.globalAveragePool, "mean of each channel: an image becomes features"),
    (.flatten, "an image becomes a feature vector"),
    (.dropout(), "zeroes some values while training"),
    (.leakyRelu(), "like relu with a small slope below 0"),
    (.sigmoid, "1 / (1 + exp(-x))"),
    (.tanh, "hyperbolic tangent"),
    (.gelu, "x times the normal distribution function"),
    (.add, "sum of several inputs: a residual connection"),
    (.concat, "inputs side by side along the channels"),
  ]

  /// The fields of a layer; `name` is the one it goes by.
  public static func fields(of layer: Layer, name: String) -> [SettingField] {
    var fields: [SettingField] = []
    switch layer.kind {
    case .linear(let outputs, let bias):
      fields += [outputsField(outputs, "neurons"), biasField(bias)]
    case .conv2d(let outputs, let window, let bias, let sharing):
      fields += [outputsField(outputs, "output channels")] + windowFields(window) + [biasField(bias)]
      if sharing != .nowhere { fields.append(tileField(sharing)) }
    case .maxPool(let window), .averagePool(let window): fields += windowFields(window)
    case .batchNorm(let epsilon, let momentum):
      fields += [
        SettingField("epsilon", epsilon.text, .decade, hint: "added to the variance"),
        SettingField("momentum", momentum.text, .decade, hint: "of the running statistics, 0 to 1"),
      ]
    case .leakyRelu(let slope): fields.append(SettingField("slope", slope.text, .decade, hint: "below 0"))
    case .dropout(let rate):
      let rates = ["0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9"]
      fields.append(SettingField("rate", rate.text, .choice(rates), hint: "share of zeroed values"))
    default: break
    }
    let inputs = layer.inputs?.joined(separator: " ") ?? ""
    fields.append(SettingField("inputs", inputs, .text, hint: "names of layers, or input; empty: the layer before"))
    fields.append(SettingField("name", layer.name ?? "", .text, hint: "empty: \(name) by kind and ordinal"))
    return fields
  }

  /// Settings in a few words: `16, 3x3, same`.
  public static func summary(of kind: LayerKind) -> String {
    func window(_ window: Window, stride: Extent) -> String {
      var text = "\(window.kernel.height)x\(window.kernel.width)"
      if window.stride != stride { text += ", stride \(size(window.stride))" }
      let edges = padding(window)
      return edges == "0" ? text : text + (edges == "same" ? ", same" : ", pad \(edges)")
    }
    switch kind {
    case .linear(let outputs, let bias): return "\(outputs)\(bias ? "" : ", no bias")"
    case .conv2d(let outputs, let own, let bias, let sharing):
      var text = "\(outputs), \(window(own, stride: Extent(1)))"
      if case .tiled(let tile) = sharing { text += ", tile \(size(tile))" }
      return text + (bias ? "" : ", no bias")
    case .maxPool(let own), .averagePool(let own): return window(own, stride: own.kernel)
    case .leakyRelu(let slope): return slope.text
    case .dropout(let rate): return rate.text
    case .profiled(let profile):
      return "measured, \(profile.forwardMilliseconds) ms forward"
    default: return ""
    }
  }

  /// The layer with one field changed.
  ///
  /// - Throws: what cannot be read as a value of that field.
  public static func setting(_ key: String, _ text: String, in layer: Layer) throws(FieldProblem) -> Layer {
    var layer = layer
    let words = text.split { " ,x×[]".contains($0) }.map(String.init)
    switch key {
    case "name":
      let name = text.trimmingBlanks
      guard name.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" }) else {
        throw FieldProblem("a name is made of letters, digits, _ and -")
      }
      layer.name = name.isEmpty ? nil : name
    case "inputs":
      let names = text.split { " ,[]".contains($0) }.map(String.init)
      layer.inputs = names.isEmpty ? nil : names
    default: layer.kind = try kind(layer.kind, setting: key, text.trimmingBlanks, words)
    }
    return layer
  }

  private static func kind(
    _ kind: LayerKind, setting key: String, _ text: String, _ words: [String]
  ) throws(FieldProblem) -> LayerKind {
    switch kind {
    case .linear(let outputs, let bias):
      if key == "bias" { return .linear(outputs: outputs, bias: try boolean(text)) }
      return .linear(outputs: try SizeLimit.channels.typed(text), bias: bias)
    case .conv2d(var outputs, var window, var bias, var sharing):
      switch key {
      case "bias": bias = try boolean(text)
      case "outputs": outputs = try SizeLimit.channels.typed(text)
      case "tile":
        guard sharing != .nowhere else { throw FieldProblem("\(kind.name) has no \(key)") }
        let tile = try extent(words, in: SizeLimit.side)
        sharing = tile == Extent(1) ? .everywhere : .tiled(tile)
      default: window = try self.window(window, setting: key, text, words)
      }
      return .conv2d(outputs: outputs, window: window, bias: bias, sharing: sharing)
    case .maxPool(let window): return .maxPool(try self.window(window, setting: key, text, words))
    case .averagePool(let window): return .averagePool(try self.window(window, setting: key, text, words))
    case .batchNorm(let epsilon, let momentum):
      if key == "epsilon" {
        return .batchNorm(epsilon: try number(text, "a number above 0") { $0 > 0 }, momentum: momentum)
      }
      return .batchNorm(epsilon: epsilon, momentum: try number(text, "a number from 0 to 1") { (0...1).contains($0) })
    case .leakyRelu: return .leakyRelu(slope: try number(text, "a number") { _ in true })
    case .dropout: return .dropout(rate: try number(text, "at least 0 and below 1") { (0..<1).contains($0) })
    default: throw FieldProblem("\(kind.name) has no \(key)")
    }
  }

  // MARK: Windows

  private static func windowFields(_ window: Window) -> [SettingField] {
    [
      SettingField(
        "kernel", size(window.kernel), .integer(SizeLimit.kernel.range), hint: "a number, or height x width"),
      SettingField("stride", size(window.stride), .integer(SizeLimit.side.range), hint: "a number, or height x width"),
      SettingField(
        "padding", padding(window), .integer(SizeLimit.padding.range),
        hint: "same, a number, h x w, or top left bottom right"),
    ]
  }

  private static func window(
    _ window: Window, setting key: String, _ text: String, _ words: [String]
  ) throws(FieldProblem) -> Window {
    var window = window
    switch key {
    case "kernel":
      let wasSame = window.padding == .same(kernel: window.kernel)
      let wasStride = window.stride == window.kernel && window.kernel != Extent(1)
      window.kernel = try extent(words, in: SizeLimit.kernel)
      // What followed from the kernel goes on doing so: `same` padding, and a pool's stride.
      if wasSame { window.padding = .same(kernel: window.kernel) }
      if wasStride, window.padding == Edges() { window.stride = window.kernel }
    case "stride": window.stride = try extent(words, in: SizeLimit.side)
    default:
      if text == "same" {
        window.padding = .same(kernel: window.kernel)
      } else {
        let sides = words.compactMap(SizeLimit.padding.read)
        guard sides.count == words.count, [1, 2, 4].contains(sides.count) else {
          throw FieldProblem(
            "same, one number, two (height width) or four (top left bottom right), each up to \(SizeLimit.padding.range.upperBound)"
          )
        }
        window.padding = Edges(
          top: sides[0], left: sides[1 % sides.count], bottom: sides[sides.count == 4 ? 2 : 0],
          right: sides[sides.count - 1])
      }
    }
    return window
  }

  private static func padding(_ window: Window) -> String {
    let edges = window.padding
    if edges == Edges() { return "0" }
    if edges == .same(kernel: window.kernel) { return "same" }
    if edges == Edges(edges.top) { return "\(edges.top)" }
    if edges.top == edges.bottom, edges.left == edges.right { return "\(edges.top)x\(edges.left)" }
    return "\(edges.top) \(edges.left) \(edges.bottom) \(edges.right)"
  }

  private static func size(_ extent: Extent) -> String {
    extent.height == extent.width ? "\(extent.height)" : "\(extent.height)x\(extent.width)"
  }

  private static func extent(_ words: [String], in sizes: WholeNumbers) throws(FieldProblem) -> Extent {
    let sides = words.compactMap(sizes.read)
    guard sides.count == words.count, (1...2).contains(sides.count) else {
      throw FieldProblem("one number, or height x width, each \(sizes)")
    }
    return Extent(sides[0], sides[sides.count - 1])
  }

  // MARK: Single values

  private static func outputsField(_ outputs: Int, _ what: String) -> SettingField {
    SettingField("outputs", "\(outputs)", .integer(SizeLimit.channels.range), hint: what)
  }

  private static func tileField(_ sharing: FilterSharing) -> SettingField {
    SettingField(
      "tile", size(sharing.filters(of: Extent(1))), .integer(SizeLimit.side.range),
      hint: "1: the same filters everywhere; t: positions t apart share theirs")
  }

  private static func biasField(_ bias: Bool) -> SettingField {
    SettingField("bias", bias ? "yes" : "no", .choice(["yes", "no"]), hint: "whether a constant is added")
  }

  private static func boolean(_ text: String) throws(FieldProblem) -> Bool {
    switch text.lowercased() {
    case "yes", "true", "on": return true
    case "no", "false", "off": return false
    default: throw FieldProblem("yes or no")
    }
  }

  private static func number(
    _ text: String, _ wanted: String, _ accept: (Float) -> Bool
  ) throws(FieldProblem) -> Float {
    guard let value = Float(text), value.isFinite, accept(value) else { throw FieldProblem(wanted) }
    return value
  }
}

extension String {
  var trimmingBlanks: String {
    var part = self[...]
    while part.first == " " { part.removeFirst() }
    while part.last == " " { part.removeLast() }
    return String(part)
  }
}
