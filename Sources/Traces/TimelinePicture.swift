import Diagnostics
import Foundation
import Programs

/// The timeline of some steps as a standalone SVG: one lane per device, spans by colour and letter, waits hatched, a time
/// axis and a legend. Where messages travel while devices compute, each device has a second row for what moves.
public struct TimelinePicture: Sendable {
  /// Pixels of the picture; the height follows from the number of devices.
  public var width: Int
  public var title: String
  private let timeline: Timeline

  public init(_ timeline: Timeline, title: String, width: Int = 1280) {
    self.timeline = timeline
    self.title = title
    self.width = max(width, 320)
  }

  private static let left = 84.0
  private static let top = 40.0
  private static let laneHeight = 30.0
  private static let movingHeight = 16.0
  private static let gap = 8.0

  /// The whole document.
  public var svg: String {
    var text = ""
    write(to: &text)
    return text
  }

  /// Writes the document piece by piece.
  public func write(to output: inout some TextOutputStream) {
    let devices = timeline.spans.count
    let kinds = usedKinds
    let axis = Self.top + Double(devices) * lanePitch + 4
    let height = axis + 44 + 18 * Double((kinds.count + 2) / 3) + 14
    output.write(
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(number(height))" \
      viewBox="0 0 \(width) \(number(height))" font-family="sans-serif" font-size="12">
      <title>\(XMLText.escaped(title))</title>
      <defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">\
      <rect width="6" height="6" fill="#ffffff"/><rect width="2" height="6" fill="#b0b0b0"/></pattern></defs>
      <rect width="100%" height="100%" fill="#ffffff"/>
      <text x="8" y="22" font-size="15">\(XMLText.escaped(title))</text>

      """)
    for device in 0..<devices { writeLane(device, to: &output) }
    writeAxis(y: axis, to: &output)
    writeLegend(kinds, y: axis + 44, to: &output)
    output.write("</svg>\n")
  }

  /// Whether anything travelled while its receiver did something else.
  private var hasMovingRows: Bool { timeline.hiddenTransfers.contains { !$0.isEmpty } }
  private var lanePitch: Double { Self.laneHeight + Self.gap + (hasMovingRows ? Self.movingHeight + 2 : 0) }
  private var window: Range<Int64> { timeline.window }
  private var plotWidth: Double { Double(width) - Self.left - 12 }

  /// The place of an instant.
  private func x(_ time: Int64) -> Double {
    let length = window.upperBound - window.lowerBound
    return length == 0 ? Self.left : Self.left + plotWidth * Double(time - window.lowerBound) / Double(length)
  }

  private var usedKinds: [SpanKind] {
    let used = Set(timeline.spans.joined().lazy.filter { $0.begin < $0.end }.map(\.kind))
    return SpanKind.allCases.filter { used.contains($0) }
  }

  private func writeLane(_ device: Int, to output: inout some TextOutputStream) {
    let y = Self.top + Double(device) * lanePitch
    output.write("<g id=\"device\(device)\">\n")
    writeRow("device \(device)", y: y, height: Self.laneHeight, to: &output)
    let spans = timeline.spans[device]
    if hasMovingRows {
      let below = y + Self.laneHeight + 2
      writeRow("\(device) comm", y: below, height: Self.movingHeight, to: &output)
      for transfer in timeline.hiddenTransfers[device].intervals { writeHidden(transfer, y: below, to: &output) }
      for run in runs(of: spans.filter(isMoving)) { writeRun(run, y: below, height: Self.movingHeight, to: &output) }
      for run in runs(of: spans.filter { !isMoving($0) }) {
        writeRun(run, y: y, height: Self.laneHeight, to: &output)
      }
    } else {
      for run in runs(of: spans) { writeRun(run, y: y, height: Self.laneHeight, to: &output) }
    }
    output.write("</g>\n")
  }

  /// What stands in a device's second row: words on the wire or being copied.
  private func isMoving(_ span: TraceSpan) -> Bool { span.kind.activity == .communication || span.kind == .send }

  private func writeRow(_ name: String, y: Double, height: Double, to output: inout some TextOutputStream) {
    output.write("<text x=\"8\" y=\"\(number(y + height / 2 + 4))\">\(name)</text>\n")
    output.write(
      "<rect x=\"\(number(Self.left))\" y=\"\(number(y))\" width=\"\(number(plotWidth))\" "
        + "height=\"\(number(height))\" fill=\"#f4f4f4\"/>\n")
  }

  /// A message on the wire while its receiver works, paler than one that is waited for.
  private func writeHidden(_ transfer: Range<Int64>, y: Double, to output: inout some TextOutputStream) {
    let (begin, end) = (x(transfer.lowerBound), x(transfer.upperBound))
    output.write(
      "<rect x=\"\(number(begin))\" y=\"\(number(y))\" width=\"\(number(max(end - begin, 0.05)))\" "
        + "height=\"\(number(Self.movingHeight))\" fill=\"\(Self.style(.receive).fill)\" fill-opacity=\"0.45\">"
        + "<title>hidden transfer (\(durationText(transfer.upperBound - transfer.lowerBound)))</title></rect>\n")
  }

  /// Neighbouring spans of one kind that are too narrow to be told apart are drawn as one.
  private func runs(of spans: [TraceSpan]) -> [(first: TraceSpan, end: Int64, count: Int)] {
    var runs: [(first: TraceSpan, end: Int64, count: Int)] = []
    for span in spans where span.begin < span.end {
      if let last = runs.last, last.first.kind == span.kind, x(span.begin) - x(last.end) < 0.1,
        x(span.end) - x(span.begin) < 1, x(last.end) - x(last.first.begin) < 1
      {
        runs[runs.count - 1].end = span.end
        runs[runs.count - 1].count += 1
      } else {
        runs.append((span, span.end, 1))
      }
    }
    return runs
  }

  private func writeRun(
    _ run: (first: TraceSpan, end: Int64, count: Int), y: Double, height: Double,
    to output: inout some TextOutputStream
  ) {
    let span = run.first
    let (begin, end) = (x(span.begin), x(run.end))
    let style = Self.style(span.kind)
    let name =
      run.count == 1
      ? "\(timeline.label(of: span)) (step \(span.step), \(durationText(span.nanoseconds)))"
      : "\(run.count) spans: \(span.kind.rawValue)"
    output.write(
      "<rect x=\"\(number(begin))\" y=\"\(number(y))\" width=\"\(number(max(end - begin, 0.05)))\" "
        + "height=\"\(number(height))\" fill=\"\(style.fill)\"")
    if end - begin > 3 { output.write(" stroke=\"#ffffff\" stroke-width=\"0.5\"") }
    output.write("><title>\(XMLText.escaped(name))</title></rect>\n")
    guard end - begin >= 9 else { return }
    let microbatch = timeline.microbatch(of: span)
    var letter = String(span.kind.letter) + (end - begin >= 26 ? microbatch.map(String.init) ?? "" : "")
    if end - begin >= 52, let weights = timeline.catalogue.weights(device: span.device, instruction: span.instruction) {
      letter += " \(weights.mark)"
    }
    output.write(
      "<text x=\"\(number((begin + end) / 2))\" y=\"\(number(y + height / 2 + 4))\" text-anchor=\"middle\" "
        + "fill=\"\(style.text)\">\(XMLText.escaped(letter))</text>\n")
  }

  private func writeAxis(y: Double, to output: inout some TextOutputStream) {
    output.write(
      "<path d=\"M\(number(Self.left)) \(number(y))h\(number(plotWidth))\" stroke=\"#404040\" fill=\"none\"/>\n")
    for time in ticks {
      let place = x(window.lowerBound + time)
      output.write("<path d=\"M\(number(place)) \(number(y))v5\" stroke=\"#404040\"/>")
      output.write(
        "<text x=\"\(number(place))\" y=\"\(number(y + 18))\" text-anchor=\"middle\">\(durationText(time))</text>\n")
    }
    for step in timeline.steps {
      let place = number(x(step.window.upperBound))
      output.write(
        "<path d=\"M\(place) \(number(Self.top - 6))V\(number(y))\" stroke=\"#404040\" stroke-dasharray=\"2 3\">"
          + "<title>end of step \(step.step)</title></path>\n")
    }
  }

  /// Round times from the window's start, at most ten.
  private var ticks: [Int64] {
    let length = window.upperBound - window.lowerBound
    guard length > 0 else { return [0] }
    var pitch: Int64 = 1
    while length / pitch > 10 { pitch *= 10 }
    for finer in [pitch / 5, pitch / 2] where finer > 0 && length / finer <= 10 {
      pitch = finer
      break
    }
    return Array(stride(from: 0, through: length, by: Int64.Stride(pitch)))
  }

  private func writeLegend(_ kinds: [SpanKind], y: Double, to output: inout some TextOutputStream) {
    let column = plotWidth / 3
    for (place, kind) in kinds.enumerated() {
      let left = Self.left + Double(place % 3) * column
      let base = y + 18 * Double(place / 3)
      let style = Self.style(kind)
      output.write(
        "<rect x=\"\(number(left))\" y=\"\(number(base - 11))\" width=\"18\" height=\"14\" fill=\"\(style.fill)\"/>"
          + "<text x=\"\(number(left + 9))\" y=\"\(number(base))\" text-anchor=\"middle\" fill=\"\(style.text)\">"
          + "\(XMLText.escaped(String(kind.letter)))</text>"
          + "<text x=\"\(number(left + 24))\" y=\"\(number(base))\">\(XMLText.escaped(kind.explanation))</text>\n")
    }
  }

  /// Colours that stay apart for colour-blind eyes (Okabe and Ito 2008).
  private static func style(_ kind: SpanKind) -> (fill: String, text: String) {
    switch kind {
    case .forward: ("#0072b2", "#ffffff")
    case .backward, .backwardInput: ("#d55e00", "#ffffff")
    case .backwardWeight: ("#e69f00", "#000000")
    case .loss, .statistics: ("#cc79a7", "#000000")
    case .update: ("#009e73", "#ffffff")
    case .load, .zero: ("#999999", "#000000")
    case .copy, .accumulate, .receive: ("#56b4e9", "#000000")
    case .send: ("#f0e442", "#000000")
    case .wait: ("url(#hatch)", "#000000")
    case .overhead: ("#606060", "#ffffff")
    case .idle: ("#f4f4f4", "#000000")
    }
  }
}

/// At most two places, as SVG wants them.
private func number(_ value: Double) -> String { decimal(Int64((value * 100).rounded()), places: 2) }
