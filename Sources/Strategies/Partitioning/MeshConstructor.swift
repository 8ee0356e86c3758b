import Diagnostics

extension PartitioningConstructor {
  /// Device `(replica · places + place) · model + member`; a place of the pipeline is a group of devices.
  func partitioning(_ mesh: Mesh) throws(DiagnosticList) -> Partitioning {
    let (model, places) = (mesh.model, mesh.pipeline)
    let replicas = mesh.data ?? max(1, devices / (model * places))
    guard replicas * model * places == devices else {
      throw refusal(
        "a mesh of data=\(replicas), model=\(model), pipeline=\(places) needs \(replicas * model * places) devices, not \(devices)",
        hint: "the three multiply to the number of devices")
    }
    let groups = (0..<places).map { place in
      DeviceGroups(
        groups: (0..<replicas).map { replica in
          (0..<model).map { (replica * places + place) * model + $0 }
        })
    }
    let pipeline = PipelineParallel(schedule: mesh.schedule, recompute: mesh.recompute, buckets: mesh.buckets)
    var result = try pipelined(over: groups, along: mesh.split, pipeline)
    result.exchange = mesh.exchange
    result.shard = mesh.shard
    return result
  }
}
