import Programs
import Screens
import Traces

/// The critical path as a row below the devices: at each time the device that holds it, or the message that it rides on.
struct TimelinePath {
  var path: CriticalPath
  var catalogue: InstructionCatalogue
  /// Nanoseconds since the run's start.
  var window: Range<Int64>
  /// The time that is shown as 0.
  var origin: Int64
  /// Columns for `window`.
  var columns: Int

  /// What the row shows, in order.
  var spans: [TimelineWidget.Span] {
    let perColumn = Double(max(1, window.upperBound - window.lowerBound)) / Double(max(1, columns))
    return path.segments.filter { $0.begin < window.upperBound && $0.end > window.lowerBound }.map { segment in
      let room = Int(Double(segment.nanoseconds) / perColumn)
      return TimelineWidget.Span(
        start: Double(segment.begin - origin) * 1e-9, end: Double(segment.end - origin) * 1e-9, role: role(segment),
        glyph: glyph(segment), label: labels(segment).first { $0.columns <= room } ?? "")
    }
  }

  private func role(_ segment: CriticalPath.Segment) -> Role {
    switch segment.part {
    case .compute, .copy:
      segment.instruction.map { SpanLook(catalogue.kind(device: segment.device, instruction: $0)).role } ?? .forward
    case .wire: .transfer
    case .wait: .waitSender
    case .overhead: .overhead
    }
  }

  /// The device's last digit where it works.
  private func glyph(_ segment: CriticalPath.Segment) -> Unicode.Scalar {
    switch segment.part {
    case .compute, .copy: Unicode.Scalar(UInt8(48 + segment.device % 10))
    case .wire: ">"
    case .wait: "~"
    case .overhead: "o"
    }
  }

  private func labels(_ segment: CriticalPath.Segment) -> [String] {
    let device = "\(segment.device)"
    switch segment.part {
    case .compute, .copy:
      let label = segment.instruction.map { catalogue.label(device: segment.device, instruction: $0) }
      return [label.map { "\(device): \($0)" }, device].compactMap { $0 }
    case .wire: return segment.sender.map { ["\($0) > \(device)"] } ?? []
    case .wait, .overhead: return []
    }
  }
}
