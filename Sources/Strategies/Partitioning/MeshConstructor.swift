import Diagnostics
import Programs

extension PartitioningConstructor {
  /// Device `(replica · stages + stage) · model + member`.
  func partitioning(_ mesh: Mesh) throws(DiagnosticList) -> Partitioning {
    let (model, stages) = (mesh.model, mesh.pipeline)
    let replicas = mesh.data ?? max(1, devices / (model * stages))
    guard replicas * model * stages == devices else {
      throw refusal(
        "a mesh of data=\(replicas), model=\(model), pipeline=\(stages) needs \(replicas * model * stages) devices, not \(devices)",
        hint: "the three multiply to the number of devices")
    }
    let microbatches = microbatches ?? (stages > 1 ? max(1, min(batch / replicas, 2 * stages)) : 1)
    let groups = (0..<stages).map { stage in
      DeviceGroups(
        groups: (0..<replicas).map { replica in
          (0..<model).map { (replica * stages + stage) * model + $0 }
        })
    }
    var result = uniform(groups[stages - 1].replicated)
    result.stages = try balancedStages(stages)
    result.microbatches = microbatches
    result.exchange = mesh.exchange
    result.shard = mesh.shard
    for node in graph.nodes {
      let own = groups[result.stages[node.index]].split(of: node, along: mesh.split, after: result.splits)
      result.splits[node.index] = own
      let parts = own.parts / replicas
      if parts < model, own.devices.count < replicas * model {
        result.assumptions.append("'\(node.name)' has \(parts) parts for \(model) devices; the others wait")
      }
    }
    result.schedule = Schedule(
      devices: (0..<devices).map {
        mesh.schedule.order(stage: $0 / model % stages, of: stages, microbatches: microbatches)
      })
    try check(result)
    return result
  }
}
