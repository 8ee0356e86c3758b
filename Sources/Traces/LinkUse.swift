import Diagnostics
import Machines
import Programs

extension Report {
  /// What one direction of a link carried, counted by the executor where messages are handed over, beside what the program's
  /// messages and their routes say.
  public struct LinkUse: Codable, Hashable, Sendable {
    /// `0>1`, `bus`, `host 1 out`.
    public var name: String
    /// Over the measured steps; null where the executor did not count.
    @Nullable public var bytes: Int? = nil
    @Nullable public var messages: Int? = nil
    /// How long those bytes occupied it by its bandwidth, latency excepted.
    @Nullable public var busySeconds: Double? = nil
    /// Counted over the whole run, divided by its steps; null where the executor did not count.
    @Nullable public var bytesPerStep: Double? = nil
    @Nullable public var messagesPerStep: Double? = nil
    /// By the program.
    public var expectedBytesPerStep: Int
    public var expectedMessagesPerStep: Int

    enum CodingKeys: String, CodingKey {
      case name, bytes, messages
      case busySeconds = "busy_seconds"
      case bytesPerStep = "bytes_per_step"
      case messagesPerStep = "messages_per_step"
      case expectedBytesPerStep = "expected_bytes_per_step"
      case expectedMessagesPerStep = "expected_messages_per_step"
    }

    /// Whether as much was counted as the program says; nil where nothing was counted.
    public var isAsExpected: Bool? {
      bytesPerStep.flatMap { bytes in
        messagesPerStep.map { bytes == Double(expectedBytesPerStep) && $0 == Double(expectedMessagesPerStep) }
      }
    }
  }
}

extension Report.LinkUse {
  /// All links that the program's messages pass, the busiest first.
  ///
  /// - Parameters:
  ///   - carried: Counted over `steps` steps; nil where the executor did not count.
  ///   - measuredSteps: Steps that the report's sums are about.
  static func all(
    _ program: Program, on machine: Machine, carried: CarriedTraffic?, steps: Int, measuredSteps: Int
  ) -> [Report.LinkUse] {
    let map = LinkMap(program.channels.entries, on: machine)
    let expected = LinkTraffic.byWire(CarriedTraffic(expectedOf: program), on: map)
    let counted = carried.flatMap { steps > 0 ? LinkTraffic.byWire($0, on: map) : nil }
    return LinkTraffic.busiestFirst(expected).map { place in
      var use = Report.LinkUse(
        name: expected[place].name, expectedBytesPerStep: expected[place].bytes,
        expectedMessagesPerStep: expected[place].messages)
      guard let counted else { return use }
      let share = Double(measuredSteps) / Double(steps)
      use.bytes = Int((Double(counted[place].bytes) * share).rounded())
      use.messages = Int((Double(counted[place].messages) * share).rounded())
      use.busySeconds = counted[place].busySeconds * share
      use.bytesPerStep = Double(counted[place].bytes) / Double(steps)
      use.messagesPerStep = Double(counted[place].messages) / Double(steps)
      return use
    }
  }
}
