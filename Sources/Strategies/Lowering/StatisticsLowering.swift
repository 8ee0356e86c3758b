import Networks
import Programs

extension ProgramLowering {
  /// The teams of a batch-normalisation layer in one microbatch; none for other layers.
  func statisticsTeams(_ node: Graph.Node, _ microbatch: Int) -> [StatisticsTeam] {
    guard node.kind.isBatchNorm else { return [] }
    return StatisticsTeam.all(
      layout.holdings(node.index, microbatch: microbatch), statistics: layout.partitioning.statistics,
      microbatch: layout.samples(microbatch))
  }

  /// Whether the members of a team tell each other, or the saving device, their statistics.
  private func isShared(_ team: StatisticsTeam, among teams: [StatisticsTeam]) -> Bool {
    team.members.count > 1 || savingTeam(of: team, among: teams) != nil
  }

  /// The team whose member saves the running statistics of these channels, where ghost groups lie in several teams.
  private func savingTeam(of team: StatisticsTeam, among teams: [StatisticsTeam]) -> StatisticsTeam? {
    guard case .ghost = layout.partitioning.statistics else { return nil }
    let sisters = teams.filter { $0.replica == team.replica && $0.channels == team.channels }
    return sisters.count > 1 ? sisters.first { saver(in: $0) != nil } : nil
  }

  private func saver(in team: StatisticsTeam) -> Holding? {
    team.members.first { member in
      devices[member.device].program.parameters.contains {
        $0.isSaved && $0.node == statisticsNode(of: member)
      }
    }
  }

  /// What the geometry of a part says; nil for layers without statistics.
  func partStatistics(_ node: Graph.Node, _ holding: Holding, _ microbatch: Int) -> PartStatistics? {
    guard node.kind.isBatchNorm else { return nil }
    if let groups = statisticsGroups[node.index] {
      return PartStatistics(groups: groups.map(\.samples), updates: groups.map(\.updatesRunning))
    }
    guard mode == .training else { return nil }
    let teams = statisticsTeams(node, microbatch)
    guard let team = teams.first(where: { $0.members.contains(holding) }),
      let rank = team.members.firstIndex(of: holding)
    else { return nil }
    return nil
  }
}
