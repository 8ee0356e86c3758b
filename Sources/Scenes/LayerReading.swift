import Diagnostics
import Networks

/// How scenes write the kinds of layers.
enum LayerForm {
  /// The names of all kinds, in the order in which they are listed for people.
  static let kinds = [
    "linear", "conv", "locallyConnected", "maxPool", "averagePool", "globalAveragePool", "batchNorm", "relu",
    "leakyRelu", "sigmoid",
    "tanh",
    "gelu", "dropout", "flatten", "add", "concat", "profiled",
  ]

  /// The key that a value without a mapping stands for: `linear: 64` is `linear: {outputs: 64}`.
  static func shorthand(of kind: String) -> String? {
    switch kind {
    case "linear": "outputs"
    case "maxPool", "averagePool": "size"
    case "leakyRelu": "slope"
    case "dropout": "rate"
    case "add", "concat": "inputs"
    default: nil
    }
  }

  /// The keys of a kind's mapping form.
  static func keys(of kind: String) -> [String] {
    let own: [String] =
      switch kind {
      case "linear": ["outputs", "bias"]
      case "conv": ["outputs", "kernel", "stride", "padding", "bias", "tile"]
      case "locallyConnected": ["outputs", "kernel", "stride", "padding", "bias"]
      case "maxPool", "averagePool": ["size", "stride", "padding"]
      case "batchNorm": ["epsilon", "momentum"]
      case "leakyRelu": ["slope"]
      case "dropout": ["rate"]
      case "profiled":
        ["forward_ms", "backward_input_ms", "backward_weight_ms", "output_bytes", "parameter_bytes", "samples"]
      default: []
      }
    return own + ["name", "inputs"]
  }
}

extension Layer {
  /// Reads one entry of `layers`: a kind, or a kind with its hyperparameters.
  init?(_ reader: NodeReader) {
    switch reader.node {
    case .scalar:
      guard let kind = reader.text(), Self.isKnown(kind, reader) else { return nil }
      self.init(kind, reader, fields: nil)
    case .mapping(let mapping):
      guard mapping.entries.count == 1, let entry = mapping.entries.first else {
        let inside = mapping.entries.map(\.key.string).filter { !LayerForm.kinds.contains($0) }
        reader.report(
          "a layer has one key, its kind, but here are \(mapping.entries.count)",
          hint: inside.isEmpty
            ? "begin each layer with '- '" : "put \(inside.joined(separator: ", ")) inside: - conv: {outputs: 16, …}")
        return nil
      }
      let kind = entry.key.string
      let location = reader.log.location(at: entry.key.mark) ?? reader.location
      let value = NodeReader(entry.value, path: "\(reader.path).\(kind)", parent: location, log: reader.log)
      guard Self.isKnown(kind, reader) else { return nil }
      guard !value.isNothing else {
        self.init(kind, reader, fields: nil)
        return
      }
      if case .mapping = value.node {
        guard let fields = MappingReader(value, keys: LayerForm.keys(of: kind)) else { return nil }
        self.init(kind, reader, fields: fields)
      } else if let key = LayerForm.shorthand(of: kind) {
        self.init(kind, reader, fields: MappingReader(value, standingFor: key))
      } else {
        value.expected("a mapping", hint: "keys of \(kind): \(LayerForm.keys(of: kind).joined(separator: ", "))")
        return nil
      }
    default:
      reader.expected("a layer", hint: "for instance - relu, or - linear: 64")
      return nil
    }
  }

  private init?(_ kind: String, _ reader: NodeReader, fields: MappingReader?) {
    let read = LayerFields(kind: kind, layer: reader, fields: fields)
    let value = read.layerKind()
    let name = read["name"].map { $0.layerName() }
    let inputs = read["inputs"].map { value in
      value.sequence("a list of layer names", hint: "for instance inputs: [conv1, input]").map { $0.map { $0.text() } }
    }
    if let name, name == nil { return nil }
    if let inputs, inputs == nil || inputs!.contains(nil) { return nil }
    guard let value else { return nil }
    self.init(
      value, name: name ?? nil, inputs: (inputs ?? nil)?.compactMap { $0 }, location: reader.location,
      path: reader.path)
  }

  private static func isKnown(_ kind: String, _ reader: NodeReader) -> Bool {
    if LayerForm.kinds.contains(kind) { return true }
    reader.report(
      "unknown kind of layer '\(kind)'",
      hint: NearestName(known: LayerForm.kinds).hint(for: kind, kind: "known kinds"))
    return false
  }
}

extension NodeReader {
  /// A layer's name: it has to stand in strategy texts, lists and names of parameters.
  fileprivate func layerName() -> String? {
    guard let text = text() else { return nil }
    let letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    let isAllowed = text.allSatisfy { letters.contains($0) || "0123456789_-.".contains($0) }
    guard isAllowed, text.first.map(letters.contains) == true else {
      report(
        "'\(text)' cannot be a layer's name",
        hint: "a name begins with a letter and has letters, digits, '_', '-' and '.'")
      return nil
    }
    return text
  }
}
