import Machines
import Networks

/// How many times longer than on a core of this machine each instruction takes: the device's rate, its slowness and jitter.
///
/// Sends and receives are no work and keep their time. Both executors ask here, so a simulated and an emulated machine are
/// perturbed alike.
public struct Pace: Hashable, Sendable {
  /// Per device: slowness divided by rate.
  private let factors: ContiguousArray<Double>
  private let amplitude: Double
  /// Per device; empty without jitter.
  private let random: ContiguousArray<CounterRandom>

  /// - Returns: nil where every instruction takes its own time.
  public init?(_ machine: Machine) {
    var factors = ContiguousArray((0..<machine.devices).map { 1 / machine.rate(of: $0) })
    for slow in machine.perturbation.slowDevices where factors.indices.contains(slow.device) {
      factors[slow.device] *= slow.factor
    }
    let jitter = machine.perturbation.jitter.flatMap { $0.amplitude > 0 ? $0 : nil }
    if jitter == nil, factors.allSatisfy({ $0 == 1 }) { return nil }
    self.factors = factors
    amplitude = jitter?.amplitude ?? 0
    random = ContiguousArray(
      jitter.map { jitter in
        (0..<machine.devices).map { CounterRandom(seed: jitter.seed, stream: "jitter", ordinal: $0) }
      } ?? [])
  }

  /// The factor of one execution of an instruction.
  ///
  /// - Parameters:
  ///   - device: a device of the machine; others have the factor 1.
  ///   - instruction: the position in the device's program.
  @inlinable public func factor(device: Int, step: Int, instruction: Int) -> Double {
    lasting(device) * jitter(device: device, step: step, instruction: instruction)
  }

  /// What does not change from instruction to instruction.
  @usableFromInline func lasting(_ device: Int) -> Double { factors.indices.contains(device) ? factors[device] : 1 }

  @usableFromInline func jitter(device: Int, step: Int, instruction: Int) -> Double {
    guard random.indices.contains(device) else { return 1 }
    return 1 + amplitude * Double(random[device].uniform(step &* (1 << 32) &+ instruction))
  }
}
