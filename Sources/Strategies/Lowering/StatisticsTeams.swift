import Networks
import Programs

/// Parts of one batch-normalisation layer that share statistics in one microbatch.
struct StatisticsTeam {
  /// In rank order: that of the parts, the same for every replica.
  var members: [Holding]
  /// Within the step's batch.
  var groups: [Range<Int>]
  /// Which copy of the parts it is, where several devices compute each.
  var replica: Int
  var channels: Range<Int>

  /// Words of one channel that each member has of each group.
  var counts: [[Int]] {
    members.map { member in
      samples(of: member).map { $0.count * member.box.h.count * member.box.w.count }
    }
  }

  /// A member's part of each group.
  func samples(of member: Holding) -> [Range<Int>] { groups.map { $0.clamped(to: member.box.n) } }

  /// Words that a member tells each other one.
  var words: Int { 2 * groups.count * channels.count }
}

/// The teams of a batch-normalisation layer in one microbatch.
struct StatisticsTeams {
  private(set) var teams: [StatisticsTeam] = []
  private var places: [Holding: (team: Int, rank: Int)] = [:]

  /// - Parameter holdings: All parts of the layer.
  init(_ holdings: [Holding], statistics: BatchStatistics, microbatch: Range<Int>) {
    struct Key: Hashable {
      var replica: Int
      var channels: Range<Int>
      var groups: [Range<Int>]
    }
    var copies: [Int: Int] = [:]
    var numbers: [Key: Int] = [:]
    for holding in holdings {
      let replica = copies[holding.part, default: 0]
      copies[holding.part] = replica + 1
      let groups = statistics.groups(of: holding.box.n, microbatch: microbatch)
      let key = Key(replica: replica, channels: holding.box.k, groups: groups)
      if let known = numbers[key] {
        teams[known].members.append(holding)
      } else {
        numbers[key] = teams.count
        teams.append(StatisticsTeam(members: [holding], groups: groups, replica: replica, channels: holding.box.k))
      }
    }
    for team in teams.indices {
      teams[team].members.sort { $0.part < $1.part }
      for (rank, member) in teams[team].members.enumerated() { places[member] = (team, rank) }
    }
  }

  /// The team of a part and its rank in it.
  func place(of holding: Holding) -> (team: StatisticsTeam, rank: Int)? {
    places[holding].map { (teams[$0.team], $0.rank) }
  }

  /// The teams that have other samples of the same channels, this one included, in the order of their samples.
  func sisters(of team: StatisticsTeam) -> [StatisticsTeam] {
    teams.filter { $0.replica == team.replica && $0.channels == team.channels }
      .sorted { $0.groups[0].lowerBound < $1.groups[0].lowerBound }
  }
}

/// Which samples share batch normalisation's statistics in a program.
enum StatisticsGroups {
  /// Per batch-normalisation node, consecutive groups over the whole batch, and whether each enters the running statistics
  /// of the device whose copy is saved.
  static func of(_ program: Program) -> [Int: [(samples: Int, updatesRunning: Bool)]] {
    var result: [Int: [(samples: Int, updatesRunning: Bool)]] = [:]
    for node in program.graph.nodes where node.kind.isBatchNorm {
      var groups: [Range<Int>: Bool] = [:]
      for device in program.devices {
        let saved = Set(device.parameters.filter { $0.node == node.index && $0.isSaved }.map(\.buffer))
        for operation in device.operations.entries where operation.node == node.index {
          let isSaved = operation.states.contains { saved.contains($0) }
          for (samples, updates) in zip(operation.statisticsSamples, operation.geometry.updatesRunningStatistics) {
            groups[samples] = groups[samples] == true || (isSaved && updates)
          }
        }
      }
      for update in program.devices.flatMap(\.runningUpdates.entries) where update.node == node.index {
        for samples in update.parts.flatMap(\.samples) { groups[samples] = true }
      }
      result[node.index] = groups.sorted { $0.key.lowerBound < $1.key.lowerBound }.map {
        (samples: $0.key.count, updatesRunning: $0.value)
      }
    }
    return result
  }

  /// Sentences for the report: which statistics are used, where they are not simply those of one device's whole batch.
  static func assumptions(of program: Program, statistics: BatchStatistics) -> [String] {
    guard let groups = of(program).values.max(by: { $0.count < $1.count }) else { return [] }
    let sizes = Set(groups.map(\.samples)).sorted().map(String.init).joined(separator: " or ")
    let members =
      program.devices.flatMap(\.operations.entries).compactMap { $0.geometry.statisticsMembers?.counts.count }.max()
      ?? 1
    let merged = members > 1 ? ", merged from the parts of up to \(members) devices" : ""
    switch statistics {
    case .local:
      guard groups.count > 1 else {
        return members > 1 ? ["batch normalisation uses the statistics of all \(sizes) samples\(merged)"] : []
      }
      return [
        "batch normalisation uses the statistics of \(sizes) samples (each device's and microbatch's own\(merged)), as the serial reference does",
        "running statistics are those of the first device that holds the layer",
      ]
    case .ghost:
      return [
        "batch normalisation uses the statistics of ghost groups of \(sizes) samples, whatever the number of devices\(merged), as the serial reference does",
        groups.allSatisfy(\.updatesRunning)
          ? "running statistics take in all groups in the order of their samples"
          : "running statistics are those of the first device that holds the layer",
      ]
    case .synchronised:
      let whose = groups.count > 1 ? "\(sizes) samples of a microbatch" : "all \(sizes) samples of the batch"
      return [
        "batch normalisation uses the statistics of \(whose) (synchronised\(merged)), as the serial reference does"
      ]
    }
  }
}

extension DeviceProgram {
  /// Whether the running statistics of these channels are saved from this device.
  func savesStatistics(of node: Int, channels: Range<Int>) -> Bool {
    parameters.contains { $0.node == node && $0.isSaved && $0.ranges[0] == channels }
  }
}

extension LayerKind {
  var isBatchNorm: Bool { if case .batchNorm = self { true } else { false } }
}

extension [(samples: Int, updatesRunning: Bool)] {
  /// The groups that make up `samples`, of consecutive groups over the whole batch.
  func within(_ samples: Range<Int>) -> Self {
    var first = 0
    return filter { group in
      defer { first += group.samples }
      return samples.contains(first)
    }
  }
}
