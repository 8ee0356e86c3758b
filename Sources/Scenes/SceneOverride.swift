import Diagnostics

/// A field of a scene that is replaced before the scene is read.
public struct SceneOverride: Hashable, Sendable {
  /// How the new value is written.
  public enum Value: Hashable, Sendable {
    /// YAML: `3`, `[1, 8, 8]`, `{set: digits}`.
    case yaml(String)
    /// Text as it stands.
    case text(String)
  }

  /// As `training.batch` or `network.layers[2].linear.outputs`; `layers.2` is the same as `layers[2]`.
  public var path: String
  public var value: Value
  /// What diagnostics call it, as `--set training.batch=3`.
  public var option: String

  public init(path: String, value: Value, option: String) {
    self.path = path
    self.value = value
    self.option = option
  }

  /// Reads `path=value`.
  ///
  /// - Throws: where there is no `=`.
  public init(parsing text: String) throws(DiagnosticList) {
    guard let mark = text.firstIndex(of: "="), mark != text.startIndex else {
      throw DiagnosticList("--set \(text.shortened): expected path=value", hint: "for instance --set training.batch=32")
    }
    self.init(
      path: text[..<mark].filter { $0 != " " }, value: .yaml(String(text[text.index(after: mark)...])),
      option: "--set \(text)")
  }
}

extension SceneDocument {
  /// Replaces fields in their order; returns what could not be placed.
  mutating func apply(_ list: [SceneOverride]) -> [Diagnostic] {
    var problems: [Diagnostic] = []
    for item in list {
      do {
        let steps = try PathStep.steps(of: item.path)
        let value = try item.node()
        try root.set(value, at: steps, from: 0)
        overrides.append((PathStep.text(of: steps), item.option))
        removeRival(of: steps)
      } catch {
        problems.append(
          Diagnostic(
            "\(item.option.shortened): \(error.message)", path: item.path.isEmpty ? nil : item.path.shortened,
            hint: error.hint))
      }
    }
    return problems
  }

  /// A length given from outside replaces the other form of it.
  private mutating func removeRival(of steps: [PathStep]) {
    guard steps.count == 2, steps[0] == .key("training"), case .key(let key) = steps[1] else { return }
    let rival = key == "steps" ? "epochs" : key == "epochs" ? "steps" : nil
    guard let rival, var scene = root.mapping, var training = scene["training"]?.mapping else { return }
    training[rival] = nil
    scene["training"] = .mapping(training)
    root = .mapping(scene)
  }
}

/// Why an override cannot be placed.
private struct Misplaced: Error {
  var message: String
  var hint: String?
}

/// One step of a path into a document.
private enum PathStep: Hashable {
  case key(String)
  case index(Int)

  /// No scene has fields so deep inside one another.
  static let most = 16

  static func steps(of path: String) throws(Misplaced) -> [PathStep] {
    var steps: [PathStep] = []
    for part in path.split(separator: ".", omittingEmptySubsequences: false) {
      var rest = part[...]
      let key = rest.prefix { $0 != "[" }
      rest = rest[key.endIndex...]
      guard !(key.isEmpty && rest.isEmpty) else { throw Misplaced(message: "'\(path.shortened)' is no path") }
      if !key.isEmpty { steps.append(Int(key).map { .index($0) } ?? .key(String(key))) }
      while !rest.isEmpty {
        guard rest.first == "[", let end = rest.firstIndex(of: "]"),
          let index = Int(rest[rest.index(after: rest.startIndex)..<end]), index >= 0
        else {
          throw Misplaced(message: "'\(path.shortened)' is no path", hint: "a place in a list is written as layers[2]")
        }
        steps.append(.index(index))
        rest = rest[rest.index(after: end)...]
        guard steps.count <= most else { break }
      }
      guard steps.count <= most else {
        throw Misplaced(message: "the path has more than \(most) steps", hint: "for instance training.batch")
      }
    }
    return steps
  }

  static func text(of steps: [PathStep]) -> String {
    steps.reduce("") { text, step in
      switch step {
      case .key(let key): text.isEmpty ? key : "\(text).\(key)"
      case .index(let index): "\(text)[\(index)]"
      }
    }
  }
}

extension SceneOverride {
  fileprivate func node() throws(Misplaced) -> YAMLNode {
    switch value {
    case .text(let text): return .scalar(YAMLNode.Scalar(string: text, style: .doubleQuoted))
    case .yaml(let text):
      do {
        // A value's places are not those of the scene's file.
        return try YAMLComposer.compose(text, file: nil, keepsMarks: false) ?? .scalar(YAMLNode.Scalar(string: ""))
      } catch {
        throw Misplaced(
          message: error.all.first?.message ?? "the value is not YAML",
          hint: error.all.first?.hint ?? "quote the value for the shell: --set '\(path)=…'")
      }
    }
  }
}

extension YAMLNode {
  /// Puts a value at what remains of a path from `position`. Missing mappings are made; a short form becomes its long one.
  fileprivate mutating func set(_ value: YAMLNode, at path: [PathStep], from position: Int) throws(Misplaced) {
    guard position < path.count else {
      self = value
      return
    }
    let place = PathStep.text(of: Array(path[..<position]))
    switch path[position] {
    case .index(let index):
      guard case .sequence(var sequence) = self else { throw Misplaced(message: "there is no list at \(place)") }
      guard sequence.entries.indices.contains(index) else {
        let known = sequence.entries.isEmpty ? "the list is empty" : "the list has 0 to \(sequence.entries.count - 1)"
        throw Misplaced(message: "there is no entry \(index) in \(place)", hint: known)
      }
      try sequence.entries[index].set(value, at: path, from: position + 1)
      self = .sequence(sequence)
    case .key(let key):
      let isLayer = position > 0 && path[position - 1].isIndex
      guard var mapping = asMapping(holding: key, at: place, isLayer: isLayer) else {
        throw Misplaced(message: "\(place) has no fields, so '\(key)' cannot be set there")
      }
      var child = mapping[key] ?? .mapping(Mapping())
      if isLayer, position + 1 < path.count, let short = LayerForm.shorthand(of: key), child.mapping == nil {
        child = .mapping(short, child)
      }
      try child.set(value, at: path, from: position + 1)
      mapping[key] = child
      self = .mapping(mapping)
    }
  }

  /// This node as a mapping that may get `key`, its short form made long; nil where it has no fields.
  private func asMapping(holding key: String, at place: String, isLayer: Bool) -> Mapping? {
    if case .mapping(let mapping) = self { return mapping }
    let nothing = Mapping()
    switch scalar?.string {
    case nil: return nil
    case ""?, "~"?, "null"?: return nothing
    case _ where place == "data": return Self.mapping("set", self).mapping
    case _ where place == "machine": return Self.mapping("file", self).mapping
    case _ where place == "machine.perturb.jitter": return Self.mapping("amplitude", self).mapping
    case _ where place == "training.rate": return Self.mapping("rate", self).mapping
    case let kind? where isLayer && kind == key: return Self.mapping(kind, .mapping(nothing)).mapping
    default: return nil
    }
  }
}

extension PathStep {
  fileprivate var isIndex: Bool {
    if case .index = self { true } else { false }
  }
}
