import Programs

/// The bubble of a pipeline, all time in which a stage neither computes nor communicates, by the phase of the step.
///
/// On a device a step is in its *warm-up* until its first backward pass begins, then *steady*, and in its *drain* after its
/// last forward pass has ended and the warm-up is over. The parts add up to ``Breakdown/inactive`` of the devices that have a
/// stage.
public struct BubblePhases: Hashable, Sendable {
  /// Nanoseconds over all devices and steps.
  public var warmUp: Int64 = 0
  public var steady: Int64 = 0
  public var drain: Int64 = 0
  /// Nanoseconds of these devices' windows: the denominator of shares, the total time and not the ideal one.
  public var window: Int64

  public var total: Int64 { warmUp + steady + drain }

  /// The phases of some steps; nil where the program is no pipeline.
  public init?(_ steps: AnalysedSteps) {
    guard steps.catalogue.hasPipelineEdges else { return nil }
    let stages = steps.catalogue.stageDevices
    window = Int64(stages.count) * (steps.window.upperBound - steps.window.lowerBound)
    for device in stages {
      let activity = DeviceActivity(records: steps.records[device], device: device, catalogue: steps.catalogue)
      let idle = IntervalSet([steps.window]).subtracting(activity.compute.union(activity.communication))
      let phases = Self.phases(of: device, steps)
      let early = idle.intersection(IntervalSet(phases.warmUp)).length
      let late = idle.intersection(IntervalSet(phases.drain)).length
      warmUp += early
      drain += late
      steady += idle.length - early - late
    }
  }

  /// Where a device's steps are warming up and draining; neither overlaps the other.
  private static func phases(
    of device: Int, _ steps: AnalysedSteps
  ) -> (warmUp: [Range<Int64>], drain: [Range<Int64>]) {
    var warmUp: [Range<Int64>] = []
    var drain: [Range<Int64>] = []
    let records = steps.records[device]
    var first = 0
    while first < records.count {
      let next = records[first...].firstIndex { $0.step != records[first].step } ?? records.count
      let begin = first == 0 ? min(steps.window.lowerBound, records[first].begin) : records[first].begin
      let end = next == records.count ? max(steps.window.upperBound, records[next - 1].end) : records[next].begin
      var firstBackward = end
      var lastForward = begin
      for place in first..<next {
        switch steps.kind(device, place) {
        case .forward: lastForward = max(lastForward, records[place].end)
        case .backward, .backwardInput, .backwardWeight: firstBackward = min(firstBackward, records[place].begin)
        default: break
        }
      }
      warmUp.append(begin..<firstBackward)
      drain.append(max(firstBackward, lastForward)..<max(firstBackward, lastForward, end))
      first = next
    }
    return (warmUp, drain)
  }
}
