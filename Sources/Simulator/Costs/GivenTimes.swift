import Networks
import Programs

extension CostTable {
  /// Prices a network of measured layers: their times exactly as given, and nothing for anything else, so that a step's time
  /// follows from the given times, the order and the messages alone (``Programs/DeviceProgram/givenMilliseconds(of:)``).
  public init(givenTimesOf program: Program) {
    self.init(program, assumptions: Self.profileAssumptions(of: program.graph)) { device, position in
      device.givenPicoseconds(device.instructions[position]) ?? 0
    }
  }

  /// What a network with profiled layers assumes: how their times are used, and how many samples they are about.
  public static func profileAssumptions(of graph: Graph) -> [String] {
    let sizes = Set(graph.nodes.compactMap { $0.kind.profile.map { $0.samples ?? 1 } }).sorted()
    let texts = sizes.map { $0 == $0.rounded() && $0 < 1e15 ? "\(Int($0))" : "\($0)" }
    return [
      "times of profiled layers are used exactly as given; loss, update, copies and the runtime cost nothing",
      "they are the times of \(texts.joined(separator: ", ")) \(texts == ["1"] ? "sample" : "samples"), and in proportion of more or fewer",
    ]
  }
}

extension DeviceProgram {
  /// What a profiled layer's instruction takes by its given times; nil for every other instruction.
  func givenPicoseconds(_ instruction: Instruction) -> Int64? {
    givenMilliseconds(of: instruction).map { SimulatedTime.picoseconds(nanoseconds: $0 * 1e6) }
  }
}
