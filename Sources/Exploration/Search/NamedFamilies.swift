import Strategies

/// The strategies with a name as families: a kind's options are its axes, with every word that the kind knows. Options that
/// mean nothing at a point have their first value there, so some points stand for the same candidate.
struct NamedFamilies {
  let devices: Int
  let batch: Int
  /// The scene's own number; nil where it leaves that to the strategy.
  var microbatches: Int? = nil
  /// Whether gradient accumulation, which only saves memory, is worth looking at.
  let isMemoryLimited: Bool
  let hasTree: Bool

  /// Options that change what is learned, or that only say how it is: a search leaves them as they are by default.
  private static let fixedOptions: Set<String> = ["statistics", "ghost", "variable", "weights"]
  /// Values that change what is learned.
  private static let fixedWords: Set<String> = ["pipedream", "pipedream-2bw"]

  private var divisors: [Int] { (1...max(devices, 1)).filter { devices % $0 == 0 } }
  /// The scene's own number and the strategy's choice, and powers of two up to 64.
  private var pipelineMicrobatches: [Int?] { counts(with: [2, 4, 8, 16, 32, 64]) }
  private var accumulation: [Int?] { counts(with: isMemoryLimited ? [2, 4, 8, 16] : []) }

  private func counts(with others: [Int]) -> [Int?] {
    var counts: [Int?] = [microbatches]
    for count in [nil] + others.filter({ $0 <= batch }) where !counts.contains(count) { counts.append(count) }
    return counts
  }

  var all: [Family] {
    let serial = family("serial", microbatches: accumulation)
    guard devices > 1 else { return [serial] }
    let side = (1...devices).last { $0 * $0 <= devices } ?? 1
    var families = [
      serial, family("data", microbatches: accumulation), family("model", microbatches: accumulation),
      family(
        "pipeline", shapes: [[:], ["chunks": "3"], ["chunks": "4"]], microbatches: pipelineMicrobatches,
        drops: { values in
          // Only chimera has a stage on several devices.
          Set(values["schedule"] == "interleaved" ? [] : ["chunks"])
            .union(values["schedule"] == "chimera" ? [] : ["overlap"])
        }),
      family("mesh", shapes: meshes, microbatches: pipelineMicrobatches, drops: Self.idleOptions(ofMesh:)),
      family(
        "grid", shapes: divisors.filter { $0 > 1 && $0 < devices }.map { ["rows": "\($0)"] },
        microbatches: accumulation),
      family("hybrid"),
    ]
    if side * side == devices { families.append(family("cannon")) }
    families.append(family("summa", shapes: divisors.map { ["rows": "\($0)"] }))
    families.append(
      family(
        "redundant", shapes: [[:]] + (3...max(devices, 3)).filter { $0 <= devices }.map { ["copies": "\($0)"] },
        drops: { $0["construction"] == "a" ? [] : ["copies"] }))
    if hasTree { families.append(family("tree")) }
    return families.filter { !$0.axes.contains(0) }
  }

  /// Meshes of two dimensions or three; of one they are strategies of their own.
  private var meshes: [[String: String]] {
    divisors.flatMap { data in
      divisors.compactMap { model -> [String: String]? in
        guard devices % (data * model) == 0 else { return nil }
        let places = devices / (data * model)
        guard [data, model, places].count(where: { $0 > 1 }) > 1 else { return nil }
        return ["data": "\(data)", "model": "\(model)", "pipeline": "\(places)"]
      }
    }
  }

  /// What means nothing in a mesh: exchanges without replicas, cuts without a model dimension, schedules without a pipeline.
  private static func idleOptions(ofMesh values: [String: String]) -> Set<String> {
    var idle: Set<String> = []
    if values["data"] == "1" { idle.formUnion(["exchange", "shard", "overlap"]) }
    if values["model"] == "1" { idle.insert("split") }
    if values["pipeline"] == "1" { idle.formUnion(["schedule", "microbatches"]) }
    return idle
  }

  /// A kind's family.
  ///
  /// - Parameters:
  ///   - shapes: sets of options that are chosen together, the counts; counts that are not among them are left out.
  ///   - microbatches: nil looks at the scene's own number and the strategy's choice.
  ///   - drops: the options that mean nothing beside others, and `microbatches`.
  private func family(
    _ kind: String, shapes: [[String: String]] = [[:]], microbatches: [Int?]? = nil,
    drops: @escaping @Sendable ([String: String]) -> Set<String> = { _ in [] }
  ) -> Family {
    let options = StrategyKind.all.first { $0.name == kind }?.options ?? []
    let given = Set(shapes.flatMap(\.keys))
    let choices: [(name: String, words: [String])] = options.compactMap { option in
      guard case .words(let words) = option.values, !Self.fixedOptions.contains(option.name),
        !given.contains(option.name)
      else { return nil }
      return (option.name, words.filter { !Self.fixedWords.contains($0) })
    }
    let names = options.map(\.name)
    let microbatches = microbatches ?? counts(with: [])
    return Family(
      name: kind, axes: [shapes.count] + choices.map(\.words.count) + [microbatches.count],
      starts: shapes.indices.map { [$0] + choices.map { _ in 0 } + [0] }
    ) { point in
      var values = shapes[point[0]]
      for (choice, place) in zip(choices, point.dropFirst()) { values[choice.name] = choice.words[place] }
      let idle = drops(values)
      for name in idle { values[name] = nil }
      let list = names.compactMap { name in values[name].map { "\(name)=\($0)" } }
      let text = list.isEmpty ? kind : "\(kind)(\(list.joined(separator: ", ")))"
      // What the parser refuses is nothing that could be used.
      guard let strategy = try? Strategy(parsing: text) else { return nil }
      return Candidate(strategy, microbatches: idle.contains("microbatches") ? nil : microbatches[point.last ?? 0])
    }
  }
}
