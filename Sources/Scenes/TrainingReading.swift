import Diagnostics
import Networks

/// What stands under `training`: the settings and the number of microbatches.
struct TrainingFields {
  var settings: TrainingSettings
  var microbatches: Int?

  static let keys = [
    "batch", "microbatches", "epochs", "steps", "optimizer", "rate", "momentum", "nesterov", "beta1", "beta2",
    "epsilon",
    "weight_decay", "seed",
  ]

  init?(_ reader: NodeReader) {
    guard let fields = MappingReader(reader, keys: Self.keys) else { return nil }
    let batch = fields.required("batch").flatMap { $0.integer(in: SizeLimit.batch) }
    let microbatches = fields["microbatches"].map { $0.integer(in: SizeLimit.microbatches) }
    if let batch, let wanted = microbatches ?? nil, wanted > batch {
      fields["microbatches"]?.report("\(wanted) microbatches cannot be cut from a batch of \(batch)")
      return nil
    }
    let length = Self.length(fields)
    let optimizer = Self.optimizer(fields)
    let decay = fields["weight_decay"].map { $0.number("a number of 0 or more") { $0 >= 0 } } ?? 0
    let rate = fields["rate"].map { RateSchedule($0, standard: optimizer?.standardRate) }
    if let rate, rate == nil { return nil }
    let seed = fields["seed"].map { $0.seed() } ?? 0
    if let microbatches, microbatches == nil { return nil }
    guard let batch, let length, let optimizer, let decay, let seed else { return nil }
    settings = TrainingSettings(
      batch: batch, length: length, optimizer: optimizer, weightDecay: decay, rate: rate ?? nil, seed: seed)
    self.microbatches = microbatches ?? nil
  }

  private static func length(_ fields: MappingReader) -> TrainingSettings.Length? {
    switch (fields["steps"], fields["epochs"]) {
    case (let steps?, nil): return steps.integer(in: SizeLimit.steps).map { .steps($0) }
    case (nil, let epochs?): return epochs.integer(in: SizeLimit.epochs).map { .epochs($0) }
    case (nil, nil): return .epochs(1)
    case (let steps?, _?):
      steps.report("steps and epochs are both given", hint: "keep one of them")
      return nil
    }
  }

  private static func optimizer(_ fields: MappingReader) -> Optimizer? {
    let names: KeyValuePairs<String, String> = ["sgd": "sgd", "adagrad": "adagrad", "adam": "adam"]
    guard let name = fields["optimizer"].map({ $0.choice("optimizer", names) }) ?? "sgd" else { return nil }
    let own = ["sgd": ["momentum", "nesterov"], "adagrad": ["epsilon"], "adam": ["beta1", "beta2", "epsilon"]]
    for key in ["momentum", "nesterov", "beta1", "beta2", "epsilon"] where !own[name]!.contains(key) {
      let owners = own.filter { $0.value.contains(key) }.keys.sorted().joined(separator: " and ")
      fields[key]?.report("\(name) has no \(key)", hint: "\(key) belongs to \(owners)")
    }
    func number(_ key: String, _ standard: Float, _ range: String, _ accept: (Float) -> Bool) -> Float? {
      fields[key].map { $0.number(range, where: accept) } ?? standard
    }
    let below1 = "a number of at least 0 and below 1"
    switch name {
    case "adagrad":
      return number("epsilon", 1e-10, "a number above 0") { $0 > 0 }.map { .adagrad(epsilon: $0) }
    case "adam":
      let beta1 = number("beta1", 0.9, below1) { (0..<1).contains($0) }
      let beta2 = number("beta2", 0.999, below1) { (0..<1).contains($0) }
      let epsilon = number("epsilon", 1e-8, "a number above 0") { $0 > 0 }
      guard let beta1, let beta2, let epsilon else { return nil }
      return .adam(beta1: beta1, beta2: beta2, epsilon: epsilon)
    default:
      let momentum = number("momentum", 0, below1) { (0..<1).contains($0) }
      let nesterov = fields["nesterov"].map { $0.boolean() } ?? false
      guard let momentum, let nesterov else { return nil }
      if nesterov, momentum == 0 {
        fields["nesterov"]?.report("nesterov needs a momentum above 0", hint: "for instance momentum: 0.9")
        return nil
      }
      return momentum == 0 ? .sgd : nesterov ? .nesterov(momentum) : .momentum(momentum)
    }
  }
}

extension RateSchedule {
  /// Reads a number, or `{rate: 0.1, schedule: step, every: 100, factor: 0.5, warmup: 20}`.
  ///
  /// - Parameter standard: the rate of a schedule that gives none.
  init?(_ reader: NodeReader, standard: Float?) {
    let range = "a number of 0 or more"
    guard case .mapping = reader.node else {
      guard let rate = reader.number(range, where: { $0 >= 0 }) else { return nil }
      self.init(rate: rate)
      return
    }
    let keys = ["rate", "schedule", "every", "factor", "final", "warmup"]
    guard let fields = MappingReader(reader, keys: keys) else { return nil }
    let rate = fields["rate"].map { $0.number(range) { $0 >= 0 } } ?? standard
    let warmup = fields["warmup"].map { $0.integer(in: 0...1_000_000_000) } ?? 0
    let names: KeyValuePairs<String, String> = ["constant": "constant", "step": "step", "cosine": "cosine"]
    let schedule = fields["schedule"].map { $0.choice("schedule", names) } ?? "constant"
    var shape: Shape?
    switch schedule {
    case "step":
      let every = fields.required("every").flatMap { $0.integer(in: SizeLimit.steps) }
      let factor = fields.required("factor").flatMap { $0.number("a number above 0", where: { $0 > 0 }) }
      if let every, let factor { shape = .step(every: every, factor: factor) }
    case "cosine":
      let final = fields["final"].map { $0.number("a number from 0 to 1") { (0...1).contains($0) } } ?? 0
      shape = final.map { .cosine(final: $0) }
    case "constant": shape = .constant
    default: break
    }
    for (key, owner) in [("every", "step"), ("factor", "step"), ("final", "cosine")] {
      if let schedule, schedule != owner { fields[key]?.report("'\(key)' belongs to the schedule \(owner)") }
    }
    guard let rate, let warmup, let shape else { return nil }
    self.init(rate: rate, shape: shape, warmup: warmup)
  }
}
