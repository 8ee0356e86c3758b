import Diagnostics
import Programs

extension Plan {
  /// The versions of a stage's weights in an asynchronous pipeline, counted in updates since the step's beginning.
  public struct Weights: Codable, Hashable, Sendable {
    public var stage: Int
    /// The version that each microbatch's forward uses.
    public var forward: [Int]
    /// The same of its backward.
    public var backward: [Int]
    /// How many updates old the weights of each microbatch's forward are when its gradient is applied.
    public var delays: [Int]
    /// Versions that a device of the stage has room for; nil where the stage has no parameters.
    @Nullable public var kept: Int? = nil

    /// One entry per stage; none where all microbatches use the newest weights.
    static func all(_ program: Program) -> [Weights] {
      guard let versions = program.versions else { return [] }
      let stages = Set(versions.used.keys.map(\.stage)).sorted()
      return stages.map { stage in
        let forward = versions.forward(stage: stage)
        let delays = versions.update.indices.compactMap {
          versions.delay(of: Action(.forward, stage: stage, microbatch: $0))
        }
        return Weights(
          stage: stage, forward: forward, backward: versions.backward(stage: stage), delays: delays,
          kept: program.versionsKept(stage: stage))
      }
    }
  }

  var weightLines: [String] {
    guard !weights.isEmpty else { return [] }
    let isSplit = weights.contains { $0.forward != $0.backward }
    let what =
      isSplit
      ? "versions of the weights that forward/backward of each microbatch use"
      : "version of the weights that forward and backward of each microbatch use"
    let rows = weights.map { stage -> [String] in
      let versions = zip(stage.forward, stage.backward).map { isSplit ? "\($0)/\($1)" : "\($0)" }
      return ["\(stage.stage)"] + versions + [age(stage.delays), stage.kept.map(String.init) ?? "n/a"]
    }
    let microbatches = (weights.map(\.forward.count).max() ?? 0)
    let head = ["stage"] + (0..<microbatches).map { "mb\($0)" } + ["updates old", "versions kept"]
    return ["\(what), in updates since the step's beginning"] + Self.table([head] + rows)
      + ["  updates old: between forward's weights and those that the gradient changes"]
  }

  /// `0 to 3, mean 2.25`
  private func age(_ delays: [Int]) -> String {
    guard let least = delays.min(), let most = delays.max() else { return "n/a" }
    if least == most { return "\(least)" }
    let hundredths = (100 * delays.reduce(0, +) + delays.count / 2) / delays.count
    let fraction = hundredths % 100
    return "\(least) to \(most), mean \(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction)"
  }
}

extension Program {
  /// How many versions of a stage's weights its devices have room for; nil where it has none.
  fileprivate func versionsKept(stage: Int) -> Int? {
    devices.compactMap { device -> Int? in
      let actions = schedule.devices[device.device]
      let nodes = device.instructions.enumerated().compactMap { position, instruction -> Int? in
        guard case .forward(let index) = instruction, actions[device.actions[position]].stage == stage else {
          return nil
        }
        return device.operations[index].node
      }
      let own = Set(nodes)
      return device.parameters.filter { own.contains($0.node) }.map { $0.slot + 1 }.max()
    }.max()
  }
}
