import Programs
import Screens
import Traces

/// What a timeline says about its selected span and its mark.
struct TimelineDetails {
  var measurements: Measurements
  var view: TimelineView
  var steps: KeptSteps

  /// The selected span from the most to the least important; empty where nothing is selected or marked.
  func lines(isExpanded: Bool) -> [Line] {
    var lines: [Line] = []
    if let span = view.selection {
      // The sentence on a wait says it all, where there is room for one line.
      if let reason = steps.explain(span) {
        lines += [Line(reason), heading(span)]
      } else {
        lines += [heading(span), Line(sentence(span))]
      }
      if view.showsDetails || isExpanded { lines += more(span) }
    }
    if let mark = view.mark {
      let distance = view.selection.map { Format.time(Double($0.begin - mark) * 1e-9) }
      lines.append(
        Line("M", role: .accent) + Line(distance.map { " the selected event begins \($0) after the mark" } ?? " mark"))
    }
    return lines
  }

  private func heading(_ span: TraceSpan) -> Line {
    let begin = steps.steps.first { $0.step == span.step }?.window.lowerBound
    let place = begin.map { ", \(Format.time(Double(span.begin - $0) * 1e-9)) into step \(span.step)" } ?? ""
    return Line("device \(span.device)  ") + Line(steps.label(of: span), role: SpanLook(span).role, attributes: .bold)
      + Line("  \(Format.time(Double(span.nanoseconds) * 1e-9))\(place)")
  }

  /// What a span that is no wait did.
  private func sentence(_ span: TraceSpan) -> String {
    let catalogue = steps.catalogue
    var text = span.kind.explanation
    if let index = catalogue.message(device: span.device, instruction: span.instruction) {
      let message = catalogue.program.messages[index]
      let way = span.device == message.to ? "from device \(message.from)" : "to device \(message.to)"
      text += ": \(catalogue.phrase(index)), \(Format.traffic(message.bytes)) \(way)"
    } else if let bytes = catalogue.bytes(device: span.device, instruction: span.instruction) {
      text += ", \(Format.traffic(bytes))"
    } else if let weights = catalogue.weights(device: span.device, instruction: span.instruction) {
      text += "; it uses \(weights.phrase(step: span.step))"
    }
    return text
  }

  private func more(_ span: TraceSpan) -> [Line] {
    let catalogue = steps.catalogue
    var lines: [Line] = []
    func add(_ name: String, _ text: String?) {
      guard let text else { return }
      lines.append(Line(name + " ", role: .dim) + Line(text))
    }
    add("layer", catalogue.layer(device: span.device, instruction: span.instruction))
    add("microbatch", catalogue.microbatch(device: span.device, instruction: span.instruction).map(String.init))
    add("schedule", catalogue.action(device: span.device, instruction: span.instruction)?.description)
    if let index = catalogue.message(device: span.device, instruction: span.instruction) {
      add("collective", catalogue.program.messages[index].collective.map { catalogue.program.collectives[$0].label })
    }
    let lane = span.lane == .compute ? "compute" : "communication"
    add("instruction", "\(span.instruction) in the \(lane) lane")
    if let record = record(of: span), catalogue.kind(device: span.device, instruction: span.instruction) == .receive {
      let instants = [
        ("sender ready", record.senderReady), ("transfer", record.transferStart), ("arrival", record.arrival),
        ("entered", record.begin), ("done", record.end),
      ]
      let begin = instants.map(\.1).min() ?? record.begin
      let texts = instants.map { "\($0.0) +\(Format.time(Double($0.1 - begin) * 1e-9))" }
      add("message", texts.joined(separator: ", "))
    }
    return lines
  }

  private func record(of span: TraceSpan) -> TraceRecord? {
    steps.steps.first { $0.step == span.step }?.records[span.device].first {
      Int($0.instruction) == span.instruction && Int($0.step) == span.step
    }
  }
}
