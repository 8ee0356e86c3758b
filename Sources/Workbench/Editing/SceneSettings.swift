import Datasets
import Diagnostics
import Machines
import Networks
import Scenes
import Strategies

/// Strategy, machine, training and data of a scene as fields, and back.
public enum SceneSettings {
  /// The most devices that keys step to; more can be typed.
  private static let devices = 1...1024

  /// The fields in the order of the strategy panel.
  public static func fields(of scene: Scene) -> [SettingField] {
    let kind = kind(of: scene.strategy)
    let given = options(of: scene.strategy)
    var fields = [
      SettingField(
        "strategy", kindName(of: scene.strategy), .choice(StrategyKind.all.map(\.name)),
        hint: isTable(scene.strategy) ? "one line per layer, as the scene's file says; a kind replaces it" : kind.about)
    ]
    fields += kind.options.map { option in
      switch option.values {
      case .words(let words):
        SettingField(
          "option.\(option.name)", label: option.name, given[option.name] ?? words[0], .choice(words),
          hint: option.about)
      case .choice(let words, let automatic):
        SettingField(
          "option.\(option.name)", label: option.name, given[option.name] ?? "auto", .choice(["auto"] + words),
          hint: "\(option.about); auto: \(automatic)")
      case .count(_, let automatic):
        SettingField(
          "option.\(option.name)", label: option.name, given[option.name] ?? "auto",
          .integer(devices, automatic: "auto"),
          hint: "\(option.about); auto: \(automatic)")
      case .names(let automatic), .counts(_, let automatic):
        SettingField(
          "option.\(option.name)", label: option.name, given[option.name] ?? "auto", .text,
          hint: "\(option.about); auto: \(automatic)")
      case .size(let automatic):
        SettingField(
          "option.\(option.name)", label: option.name, given[option.name] ?? "auto",
          .choice(["auto"] + sizes(with: given[option.name])), hint: "\(option.about); auto: \(automatic)")
      }
    }
    let batch = scene.training.batch
    fields += [
      SettingField("devices", "\(scene.machine.devices)", .integer(devices), hint: "worker threads, one per device"),
      SettingField("batch", "\(batch)", .doubling(SizeLimit.batch.range), hint: "samples per update, over all devices"),
      SettingField(
        "microbatches", scene.microbatches.map(String.init) ?? "auto",
        .integer(1...min(max(1, batch), SizeLimit.microbatches.range.upperBound), automatic: "auto"),
        hint: "parts of a batch; auto: by the strategy"),
      SettingField(
        "link", scene.machine.linkName ?? scene.machine.link.description, .choice(links(of: scene.machine)),
        hint: "shared, as 20us,1GB/s, or a link's name"),
    ]
    fields += trainingFields(scene.training)
    fields.append(
      SettingField(
        "data", dataText(scene), .choice(datasets), hint: "a set by name, or as {set: idx, images: F, labels: F}"))
    return fields + MachineSettings.fields(of: scene.machine)
  }

  private static let datasets = ["digits", "spirals", "blobs", "synthetic"]
  private static let optimizers = ["sgd", "momentum", "nesterov", "adagrad", "adam"]

  private static func sizes(with own: String?) -> [String] {
    let usual = ["4kB", "16kB", "64kB", "256kB", "1MB", "4MB", "16MB"]
    return own.map { usual.contains($0) ? usual : usual + [$0] } ?? usual
  }

  private static func links(of machine: Machine) -> [String] {
    let own = machine.linkName ?? machine.link.description
    let usual = ["shared", "20us,1GB/s", "50us,100MB/s", "1ms,10MB/s"] + MachineLibrary.links.map(\.name)
    return usual.contains(own) ? usual : usual + [own]
  }

  private static func trainingFields(_ training: TrainingSettings) -> [SettingField] {
    var fields = [
      SettingField("optimizer", name(of: training.optimizer), .choice(optimizers), hint: "how gradients become updates")
    ]
    switch training.optimizer {
    case .momentum(let momentum), .nesterov(let momentum):
      fields.append(SettingField("momentum", momentum.text, .text, hint: "0 or more, below 1"))
    default: break
    }
    let isStandard = training.givenRate == nil
    fields.append(
      SettingField(
        "rate", training.rate.rate.text, .decade,
        hint: isStandard
          ? "learning rate; \(training.rate.rate.text) is \(training.optimizer.name)'s default" : "learning rate"
      ))
    switch training.length {
    case .steps(let count): fields.append(SettingField("length", "\(count) steps", .text, hint: "N steps, or N epochs"))
    case .epochs(let count):
      fields.append(SettingField("length", "\(count) epochs", .text, hint: "N epochs, or N steps"))
    }
    fields.append(
      SettingField("seed", "\(training.seed)", .integer(0...(1 << 31)), hint: "of initial values and order"))
    return fields
  }

  /// The scene with one field changed.
  ///
  /// - Throws: what cannot be read as a value of that field. Values that can be read but do not go together are the
  ///   compiler's business.
  public static func setting(_ key: String, _ text: String, in scene: Scene) throws(FieldProblem) -> Scene {
    var scene = scene
    let text = text.trimmingBlanks
    if key.hasPrefix("option.") {
      scene.strategy = try strategy(scene.strategy, option: String(key.dropFirst(7)), text)
      return scene
    }
    switch key {
    case "strategy":
      // The kind that it is keeps its options.
      if kindName(of: scene.strategy) != text { scene.strategy = try strategy(text) }
    case "devices":
      MachineSettings.resize(&scene.machine, to: try Machine.deviceCounts.typed(text))
      // A number of stages that was the number of devices goes with it; otherwise every step would be refused.
      if case .pipeline(var pipeline) = scene.strategy, pipeline.stages != nil {
        pipeline.stages = nil
        scene.strategy = .pipeline(pipeline)
      }
    case "batch": scene.training.batch = try SizeLimit.batch.typed(text)
    case "microbatches":
      scene.microbatches = text == "auto" || text.isEmpty ? nil : try SizeLimit.microbatches.typed(text)
    case "link": try setLink(text, of: &scene.machine)
    case "optimizer": scene.training.optimizer = try optimizer(text)
    case "momentum":
      guard let value = Float(text), (0..<1).contains(value) else { throw FieldProblem("at least 0 and below 1") }
      if case .nesterov = scene.training.optimizer {
        scene.training.optimizer = .nesterov(value)
      } else {
        scene.training.optimizer = .momentum(value)
      }
    case "rate":
      guard let value = Float(text), value > 0, value.isFinite else { throw FieldProblem("a number above 0") }
      scene.training.rate.rate = value
    case "length": scene.training.length = try length(text)
    case "seed":
      guard let value = UInt64(text) else { throw FieldProblem("a whole number of at least 0") }
      scene.training.seed = value
    case "data":
      // Whether the set fits the network is shown at the network.
      scene.data = try first { () throws(DiagnosticList) in try DataSettings(yaml: text) }
    default:
      guard try MachineSettings.set(key, text, of: &scene.machine) else {
        throw FieldProblem("there is no field \(key)")
      }
    }
    return scene
  }

  private static func setLink(_ text: String, of machine: inout Machine) throws(FieldProblem) {
    if text == machine.linkName { return }
    if let named = MachineLibrary.links.first(where: { $0.name == text }) {
      machine.link = named.link
      machine.linkName = text
    } else {
      machine.link = try first { () throws(DiagnosticList) in try Link(parsing: text) }
      machine.linkName = nil
    }
  }

  // MARK: Strategy

  /// The kind that a strategy is of: the first word of its text.
  static func kind(of strategy: Strategy) -> StrategyKind {
    let name = strategy.description.prefix { $0.isLetter }
    return StrategyKind.all.first { $0.name == name } ?? StrategyKind.all[0]
  }

  /// What the field says: a kind, or `layers` for a table.
  private static func kindName(of strategy: Strategy) -> String {
    isTable(strategy) ? "layers" : kind(of: strategy).name
  }

  private static func isTable(_ strategy: Strategy) -> Bool { if case .layers = strategy { true } else { false } }

  /// The options that a strategy's text names.
  private static func options(of strategy: Strategy) -> [String: String] {
    let text = strategy.description
    guard let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")") else { return [:] }
    let pairs = text[text.index(after: open)..<close].split(separator: ",").map {
      $0.split(separator: "=").map { String($0).trimmingBlanks }
    }
    return Dictionary(pairs.filter { $0.count == 2 }.map { ($0[0], $0[1]) }, uniquingKeysWith: { first, _ in first })
  }

  private static func strategy(_ text: String) throws(FieldProblem) -> Strategy {
    try first { () throws(DiagnosticList) in try Strategy(parsing: text) }
  }

  private static func strategy(_ strategy: Strategy, option: String, _ value: String) throws(FieldProblem) -> Strategy {
    let kind = kind(of: strategy)
    var values = options(of: strategy)
    values[option] = value == "auto" || value.isEmpty ? nil : value
    let list = kind.options.compactMap { option in values[option.name].map { "\(option.name)=\($0)" } }
    return try Self.strategy(list.isEmpty ? kind.name : "\(kind.name)(\(list.joined(separator: ", ")))")
  }

  // MARK: Training

  private static func name(of optimizer: Optimizer) -> String {
    switch optimizer {
    case .sgd: "sgd"
    case .momentum: "momentum"
    case .nesterov: "nesterov"
    case .adagrad: "adagrad"
    case .adam: "adam"
    }
  }

  private static func optimizer(_ name: String) throws(FieldProblem) -> Optimizer {
    switch name {
    case "sgd": return .sgd
    case "momentum": return .momentum(0.9)
    case "nesterov": return .nesterov(0.9)
    case "adagrad": return .adagrad()
    case "adam": return .adam()
    default: throw FieldProblem("one of \(optimizers.joined(separator: ", "))")
    }
  }

  private static func length(_ text: String) throws(FieldProblem) -> TrainingSettings.Length {
    let words = text.split(separator: " ")
    guard let first = words.first, words.count <= 2 else { throw FieldProblem("as 3 epochs, or 100 steps") }
    if words.count == 1 || "epochs".hasPrefix(words[1]) { return .epochs(try SizeLimit.epochs.typed(first)) }
    if "steps".hasPrefix(words[1]) { return .steps(try SizeLimit.steps.typed(first)) }
    throw FieldProblem("as 3 epochs, or 100 steps")
  }

  private static func dataText(_ scene: Scene) -> String {
    let plain = [DataSettings(.digits), DataSettings(.spirals()), DataSettings(.blobs()), DataSettings(.synthetic())]
    if plain.contains(scene.data) { return scene.data.source.name }
    let line = scene.yaml.split(separator: "\n").first { $0.hasPrefix("data: ") }
    return line.map { String($0.dropFirst(6)) } ?? scene.data.source.name
  }

  // MARK: Parts

  /// The first problem of a text as the problem of its field.
  private static func first<Value>(_ read: () throws(DiagnosticList) -> Value) throws(FieldProblem) -> Value {
    do {
      return try read()
    } catch {
      let problem = error.all.first
      throw FieldProblem([problem?.message, problem?.hint].compactMap { $0 }.joined(separator: "; "))
    }
  }
}
