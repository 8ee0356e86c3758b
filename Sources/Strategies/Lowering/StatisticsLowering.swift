import Networks
import Programs

/// Batch normalisation whose statistics several devices merge: each part's own sums, the exchange, then the layer itself.
extension ProgramLowering {
  struct StatisticsKey: Hashable {
    var node: Int
    var microbatch: Int
  }

  /// The teams of a layer; none where the layer is no batch normalisation or statistics are given, as for the reference.
  private mutating func teams(_ node: Graph.Node, _ microbatch: Int) -> StatisticsTeams? {
    guard node.kind.isBatchNorm, mode == .training, statisticsGroups[node.index] == nil else { return nil }
    let key = StatisticsKey(node: node.index, microbatch: microbatch)
    if let known = statisticsTeams[key] { return known }
    let teams = StatisticsTeams(
      layout.holdings(node.index, microbatch: microbatch), statistics: layout.partitioning.statistics,
      microbatch: layout.samples(microbatch))
    statisticsTeams[key] = teams
    return teams
  }

  /// The member whose running statistics are saved and take in other teams' groups too: ghost groups of the same channels
  /// that lie on several devices.
  private func saver(of team: StatisticsTeam, _ teams: StatisticsTeams, node: Int) -> Holding? {
    guard case .ghost = layout.partitioning.statistics else { return nil }
    let sisters = teams.sisters(of: team)
    guard sisters.count > 1 else { return nil }
    return sisters.lazy.flatMap(\.members).first { member in
      devices[member.device].program.savesStatistics(of: node, channels: team.channels)
    }
  }

  /// Whether a team's numbers leave the part that computes them.
  private func isShared(_ team: StatisticsTeam, _ teams: StatisticsTeams, node: Int) -> Bool {
    team.members.count > 1 || saver(of: team, teams, node: node) != nil
  }

  /// Completes a part's geometry: its groups, who has other parts of them, and which enter the running statistics here.
  mutating func describeStatistics(
    of node: Graph.Node, _ holding: Holding, _ microbatch: Int, in geometry: inout LayerGeometry
  ) {
    if let groups = statisticsGroups[node.index]?.within(holding.box.n) {
      geometry.statisticsGroups = groups.map(\.samples)
      geometry.updatesRunningStatistics = groups.map(\.updatesRunning)
    }
    guard let teams = teams(node, microbatch), let (team, rank) = teams.place(of: holding) else { return }
    let saver = saver(of: team, teams, node: node.index)
    // Parts of one device have one copy of the running statistics, which a group enters once.
    let isFirst = team.members.first { $0.device == holding.device } == holding
    geometry.statisticsGroups = team.samples(of: holding).map(\.count)
    geometry.updatesRunningStatistics = team.groups.map { _ in isFirst && saver?.device != holding.device }
    if isShared(team, teams, node: node.index) {
      geometry.statisticsMembers = StatisticsMembers(counts: team.counts, own: rank)
    }
  }

  /// Forward of a layer's parts that share statistics: own moments, exchange, the layer with the merged ones.
  mutating func lowerSharedForward(_ node: Graph.Node, _ microbatch: Int, _ action: Action) {
    guard let teams = teams(node, microbatch) else { return }
    for team in teams.teams where isShared(team, teams, node: node.index) {
      let numbers = operations(of: team, node.index, microbatch)
      let own = zip(team.members, numbers).map { member, number in
        let buffer = devices[member.device].buffer("\(node.name) moments mb\(microbatch)", .buffers, words: team.words)
        devices[member.device].emit(.statistics(number), in: action)
        return buffer
      }
      let moments = exchange(own, team, "statistics", .activations, node, microbatch, action)
      for (rank, member) in team.members.enumerated() {
        devices[member.device].program.operations[numbers[rank]].shared = SharedStatistics(
          samples: team.groups, moments: moments[rank])
        devices[member.device].emit(.forward(numbers[rank]), in: action)
      }
    }
  }

  /// Backward of the same parts: own sums, exchange, the layer with the sums of all.
  mutating func lowerSharedBackward(_ node: Graph.Node, _ microbatch: Int, _ action: Action) {
    guard let teams = teams(node, microbatch) else { return }
    for team in teams.teams where isShared(team, teams, node: node.index) {
      let numbers = operations(of: team, node.index, microbatch)
      var needsInput = false
      let own = zip(team.members, numbers).map { member, number in
        let buffer = devices[member.device].buffer(
          "\(node.name) gradient sums mb\(microbatch)", .buffers, words: team.words)
        devices[member.device].emit(.gradientSums(number), in: action)
        needsInput = devices[member.device].program.operations[number].inputGradients.contains { $0 != nil }
        return buffer
      }
      // Only the input's gradient needs the others' sums.
      let sums =
        needsInput
        ? exchange(own, team, "gradient sums", .activationGradients, node, microbatch, action) : own.map { [$0] }
      for (rank, member) in team.members.enumerated() {
        devices[member.device].program.operations[numbers[rank]].shared?.gradientSums = sums[rank]
        emitBackward(of: numbers[rank], on: member.device, in: action)
      }
    }
  }

  /// Gathers the moments of ghost groups on the device that saves the running statistics; off the critical path, at the end
  /// of a stage's forward pass.
  mutating func lowerRunningStatistics(stage: Int, _ microbatch: Int, _ action: Action) {
    for node in layout.graph.nodes where layout.partitioning.stages[node.index] == stage {
      guard let teams = teams(node, microbatch), case .batchNorm(_, let momentum) = node.kind else { continue }
      for team in teams.teams {
        guard let saver = saver(of: team, teams, node: node.index), team.members.contains(saver) else { continue }
        let parts = gather(teams.sisters(of: team), on: saver.device, node, microbatch, action)
        let states = devices[saver.device].parameters[.init(node: node.index, part: saver.part)]!.states
        let number = devices[saver.device].program.runningUpdates.append(
          RunningUpdate(
            node: node.index, microbatch: microbatch, channels: team.channels.count, momentum: momentum, parts: parts,
            states: states))
        devices[saver.device].emit(.runningStatistics(number), in: action)
      }
    }
  }

  /// Every team's moments on one device, which already has those of its own team.
  private mutating func gather(
    _ teams: [StatisticsTeam], on device: Int, _ node: Graph.Node, _ microbatch: Int, _ action: Action
  ) -> [RunningUpdate.Part] {
    let senders = teams.filter { team in !team.members.contains { $0.device == device } }.flatMap { team in
      team.members.map { (device: $0.device, words: team.words) }
    }
    let collective =
      senders.isEmpty
      ? nil
      : collectives.append(
        Collective(
          kind: .exchange, algorithm: "direct", devices: (Set(senders.map(\.device)).union([device])).sorted(),
          words: teams.reduce(0) { $0 + $1.words }, purpose: .activations,
          expectedWords: senders.reduce(0) { $0 + $1.words }, formula: "2C per group and device elsewhere",
          label: "\(node.name) running statistics mb\(microbatch)"))
    return teams.map { team in
      let numbers = operations(of: team, node.index, microbatch)
      var moments: [Index<Buffer>] = []
      if let rank = team.members.firstIndex(where: { $0.device == device }) {
        moments = devices[device].program.operations[numbers[rank]].shared!.moments
      } else {
        moments = team.members.enumerated().map { rank, member in
          let own = devices[member.device].program.operations[numbers[rank]].shared!.moments[rank]
          let message = tell(
            own, to: device, from: member.device, team, "running statistics", .activations, collective, node,
            microbatch, action)
          return hear(message, on: device, "\(node.name) moments", action)
        }
      }
      return RunningUpdate.Part(samples: team.groups, moments: moments, counts: team.counts)
    }
  }

  /// Every member's words to the devices of all others; returns for each member the words of all, in rank order.
  private mutating func exchange(
    _ own: [Index<Buffer>], _ team: StatisticsTeam, _ what: String, _ purpose: Purpose, _ node: Graph.Node,
    _ microbatch: Int, _ action: Action
  ) -> [[Index<Buffer>]] {
    let places = Set(team.members.map(\.device)).sorted()
    var held: [Int: [Int: Index<Buffer>]] = [:]
    for (rank, member) in team.members.enumerated() { held[member.device, default: [:]][rank] = own[rank] }
    if places.count > 1 {
      let collective = collectives.append(
        Collective(
          kind: .allReduce, algorithm: "direct", devices: places, words: team.words, purpose: purpose,
          expectedWords: team.words * team.members.count * (places.count - 1), formula: "nP(P-1)",
          label: "\(node.name) \(what) mb\(microbatch)"))
      var sent: [Int: [(rank: Int, message: Index<Message>)]] = [:]
      for (rank, member) in team.members.enumerated() {
        let first = places.firstIndex(of: member.device)!
        for place in places[(first + 1)...] + places[..<first] {
          let message = tell(
            own[rank], to: place, from: member.device, team, what, purpose, collective, node, microbatch, action)
          sent[place, default: []].append((rank, message))
        }
      }
      for place in places {
        for (rank, message) in sent[place] ?? [] {
          held[place]![rank] = hear(message, on: place, "\(node.name) \(what)", action)
        }
      }
    }
    return team.members.map { member in team.members.indices.map { held[member.device]![$0]! } }
  }

  /// Sends a copy of a part's words; the part keeps its own.
  private mutating func tell(
    _ words: Index<Buffer>, to receiver: Int, from sender: Int, _ team: StatisticsTeam, _ what: String,
    _ purpose: Purpose, _ collective: Index<Collective>?, _ node: Graph.Node, _ microbatch: Int, _ action: Action
  ) -> Index<Message> {
    let packed = devices[sender].buffer(
      "\(node.name) \(what) to \(receiver) mb\(microbatch)", .buffers, words: team.words)
    let copy = devices[sender].program.copies.append(
      Copy(
        count: .init(n: 1, k: 1, h: 1, w: team.words), source: Region(buffer: words, words: 0..<team.words),
        destination: Region(buffer: packed, words: 0..<team.words), defines: true, purpose: purpose,
        collective: collective))
    devices[sender].emit(.copy(copy), .communication, in: action)
    let channel = channel(from: sender, to: receiver, stream: "\(what) \(action.stage)")
    let message = messages.append(
      Message(
        channel: channel, from: sender, to: receiver, words: team.words, purpose: purpose, sendBuffer: packed,
        receiveBuffer: packed, collective: collective, node: node.index, microbatch: microbatch))
    devices[sender].emit(.send(message), .communication, in: action)
    return message
  }

  private mutating func hear(
    _ message: Index<Message>, on device: Int, _ name: String, _ action: Action
  ) -> Index<Buffer> {
    let buffer = devices[device].buffer(
      "\(name) from \(messages[message].from) mb\(messages[message].microbatch ?? 0)", .buffers,
      words: messages[message].words)
    messages[message].receiveBuffer = buffer
    devices[device].emit(.receive(message), .communication, in: action)
    return buffer
  }

  private func operations(of team: StatisticsTeam, _ node: Int, _ microbatch: Int) -> [Index<Operation>] {
    team.members.map { member in
      devices[member.device].operations[.init(index: node, part: member.part, microbatch: microbatch)]!
    }
  }
}
