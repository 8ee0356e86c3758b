import Diagnostics
import Programs

/// What an exchange and the sharing of states ask of a partitioning, whichever strategy it comes from.
extension PartitioningConstructor {
  /// Adds a server and settles what is sharded.
  ///
  /// - Throws: why the exchange cannot be in this partitioning.
  func settleExchange(of result: inout Partitioning) throws(DiagnosticList) {
    try settleSharding(of: &result)
    if let server = result.server { try addServer(server, to: &result) }
  }

  private func settleSharding(of result: inout Partitioning) throws(DiagnosticList) {
    if result.exchange == .shardedServer {
      guard result.shard == .none || result.shard == .optimizer else {
        throw refusal(
          "sharded servers have the optimizer states in shards and everything else whole",
          hint: "shard=\(result.shard.rawValue) goes with exchange=ring, halving-doubling or direct")
      }
      result.shard = .optimizer
    }
    guard result.shard != .none else { return }
    guard result.exchange.scatter != nil else {
      throw refusal(
        "shard=\(result.shard.rawValue) scatters and gathers, which exchange=\(result.exchange.rawValue) does not",
        hint: "exchange=ring, halving-doubling or direct")
    }
    guard result.shard.isByLayer else { return }
    // Scattered layer by layer in backward: every member of the group has to be there, in every microbatch.
    if let node = graph.nodes.first(where: { result.splits[$0.index].m > 1 && !$0.parameters.isEmpty }) {
      throw refusal(
        "shard=\(result.shard.rawValue) exchanges layers in every microbatch, but '\(node.name)' is dealt to devices in turns",
        hint: "shard=optimizer")
    }
  }

  /// Gives a device that does nothing else the updates of all stages.
  private func addServer(_ server: Int, to result: inout Partitioning) throws(DiagnosticList) {
    if result.splits.contains(where: { $0.devices.contains(server) }) || result.lossSplit.devices.contains(server) {
      throw refusal(
        "device \(server), the last, is the parameter server and takes no part in layers or loss",
        hint: "one device more, or another exchange")
    }
    if result.schedule.devices.joined().contains(where: { $0.kind == .update && $0.microbatch != nil }) {
      throw refusal("a parameter server updates once a step, but this schedule updates after single microbatches")
    }
    let stages = Set(graph.nodes.filter { !$0.parameters.isEmpty }.map { result.stages[$0.index] }).sorted()
    result.schedule.devices[server] = stages.map { Action(.update, stage: $0) }
    result.assumptions.append("device \(server) is the parameter server and does not train")
  }
}
