import Diagnostics
import Machines

extension Program {
  /// Devices whose memory may not suffice: what they need at most by formula (``PeakMemoryBound``), in whatever order
  /// messages come, against what the machine gives them. Empty where everything fits or nothing is limited.
  ///
  /// - Parameter workspaceWords: what the executor's kernels need on each device; nil leaves it out.
  public func memoryShortages(on machine: Machine, workspaceWords: [Int]? = nil) -> [Diagnostic] {
    guard !machine.memory.isEmpty else { return [] }
    return devices.compactMap { device in
      guard let limit = machine.memory(of: device.device) else { return nil }
      let words = workspaceWords.flatMap { $0.indices.contains(device.device) ? $0[device.device] : nil }
      let needed = PeakMemoryBound(of: device, messages: messages, workspaceWords: words).total
      guard needed > limit else { return nil }
      return Diagnostic(
        "device \(device.device) needs up to \(needed) bytes of memory and has \(limit)",
        path: machine.memory.count == 1 ? "machine.memory" : "machine.memory[\(device.device)]",
        hint: "more devices, more microbatches, shard=parameters or recomputation need less on each device")
    }
  }
}
