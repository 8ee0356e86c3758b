import Programs

/// One duration per instruction of a program, the same in every step.
public struct CostTable: CostSource, Sendable {
  /// Picoseconds of all devices' instructions, device after device.
  private let durations: ContiguousArray<Int64>
  /// Where each device begins.
  private let first: [Int]
  public var assumptions: [String]

  /// Prices every instruction of a program.
  ///
  /// - Parameter picoseconds: of the instruction at a position of a device's program.
  public init(
    _ program: Program, assumptions: [String] = [],
    picoseconds: (_ device: DeviceProgram, _ position: Int) throws -> Int64
  ) rethrows {
    var durations = ContiguousArray<Int64>()
    durations.reserveCapacity(program.devices.reduce(0) { $0 + $1.instructions.count })
    first = try program.devices.map { device in
      let first = durations.count
      for position in device.instructions.indices {
        durations.append(min(max(try picoseconds(device, position), 0), SimulatedTime.longest))
      }
      return first
    }
    self.durations = durations
    self.assumptions = assumptions
  }

  @inline(__always) public func picoseconds(device: Int, position: Int, step: Int) -> Int64 {
    durations[first[device] + position]
  }
}
