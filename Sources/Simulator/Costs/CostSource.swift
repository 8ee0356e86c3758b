/// Says how long instructions take. The event loop asks once for every instruction that it executes, in an order in which
/// every message is sent before it is received and each device's instructions follow one another as the device does them.
///
/// So a source may do more than look a number up: it may execute the instruction and measure it.
public protocol CostSource {
  /// How long the device is busy with the instruction at `position` of its program in step `step`, without any waiting, in
  /// picoseconds from 0 to 46 days.
  mutating func picoseconds(device: Int, position: Int, step: Int) -> Int64

  /// What a reader of the result should know about the numbers.
  var assumptions: [String] { get }
}
