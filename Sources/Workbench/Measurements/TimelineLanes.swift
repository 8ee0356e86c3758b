import Programs
import Screens
import Traces

/// Turns a device's spans into what a row of the timeline shows at a given scale.
struct TimelineLanes {
  var steps: KeptSteps
  /// Nanoseconds since the run's start.
  var window: Range<Int64>
  /// The time that is shown as 0.
  var origin: Int64
  /// Columns for `window`.
  var columns: Int
  var selection: TraceSpan?

  /// What a row shows, with the place of the selected span in it.
  struct Row {
    var spans: [TimelineWidget.Span] = []
    var selected: Int?
  }

  /// Which spans a row shows.
  enum Part {
    case everything
    /// Computing, waiting and the runtime.
    case work
    /// What moves: copies, sums, sends and messages on the wire, those hidden behind work too.
    case communication
  }

  private var nanosecondsPerColumn: Double { Double(max(1, window.length)) / Double(max(1, columns)) }

  /// The row of a device.
  func row(of device: Int, _ part: Part) -> Row {
    let all = steps.spans(of: device, in: window)
    switch part {
    case .everything: return row(blocks(all))
    case .work:
      return row(blocks(all.filter { $0.kind.activity != .communication && $0.kind != .send }))
    case .communication:
      var row = row(blocks(all.filter { $0.kind.activity == .communication || $0.kind == .send }))
      let look = SpanLook(.receive)
      let selected = row.selected.map { row.spans[$0] }
      let behindNext = IntervalSet(steps.transfersBehindNextForward(to: device, in: window))
      let others = IntervalSet(steps.hiddenTransfers(to: device, in: window)).subtracting(behindNext)
      for (ranges, names) in [
        (others.intervals, ["hidden transfer"]),
        (behindNext.intervals, ["hidden behind next forward", "behind forward"]),
      ] {
        row.spans += ranges.map { range in
          let room = Int(Double(range.upperBound - range.lowerBound) / nanosecondsPerColumn)
          return TimelineWidget.Span(
            start: seconds(range.lowerBound), end: seconds(range.upperBound), role: look.role, glyph: look.glyph,
            label: names.first { $0.count <= room } ?? names[names.count - 1])
        }
      }
      row.spans.sort { $0.start < $1.start }
      row.selected = selected.flatMap { row.spans.firstIndex(of: $0) }
      return row
    }
  }

  /// Seconds since the origin.
  func seconds(_ time: Int64) -> Double { Double(time - origin) * 1e-9 }

  /// Neighbouring spans that are shown as one.
  private struct Block {
    var spans: [TraceSpan]
    var isNamed = true
    var begin: Int64 { spans[0].begin }
    var end: Int64 { spans[spans.count - 1].end }
  }

  /// Computing for one cell of the schedule becomes one block, unless its layers have room of their own.
  private func blocks(_ spans: [TraceSpan]) -> [Block] {
    var blocks: [Block] = []
    for span in spans {
      // What the runtime needs between two layers would cut the block in two and cannot be seen.
      if span.kind == .overhead, Double(span.nanoseconds) < nanosecondsPerColumn / 2, span != selection { continue }
      if let last = blocks.last?.spans.last, isOneCell(last, span) {
        blocks[blocks.count - 1].spans.append(span)
      } else {
        blocks.append(Block(spans: [span]))
      }
    }
    return blocks.flatMap { block -> [Block] in
      let columns = Double(block.end - block.begin) / nanosecondsPerColumn
      if columns >= Double(10 * block.spans.count) { return block.spans.map { Block(spans: [$0]) } }
      guard block.spans.count > 1, let selection, let place = block.spans.firstIndex(of: selection) else {
        return [block]
      }
      // The selected span stands out of its cell; what follows it does not repeat the cell's name.
      return [
        Block(spans: Array(block.spans[..<place])), Block(spans: [selection]),
        Block(spans: Array(block.spans[(place + 1)...]), isNamed: false),
      ].filter { !$0.spans.isEmpty }
    }
  }

  private func isOneCell(_ a: TraceSpan, _ b: TraceSpan) -> Bool {
    a.kind == b.kind && a.kind.activity == .compute && a.step == b.step
      && steps.catalogue.program.devices[a.device].actions[a.instruction]
        == steps.catalogue.program.devices[b.device].actions[b.instruction]
  }

  private func row(_ blocks: [Block]) -> Row {
    var row = Row()
    for block in blocks {
      let look = SpanLook(block.spans[0])
      if block.spans[0] == selection { row.selected = row.spans.count }
      let room = Int(Double(block.end - block.begin) / nanosecondsPerColumn)
      row.spans.append(
        TimelineWidget.Span(
          start: seconds(block.begin), end: seconds(block.end), role: look.role, glyph: look.glyph,
          label: labels(of: block).first { $0.unicodeScalars.count <= room } ?? ""))
    }
    return row
  }

  /// What a block may be called, the longest first.
  private func labels(of block: Block) -> [String] {
    guard block.isNamed else { return [] }
    let catalogue = steps.catalogue
    let span = block.spans[0]
    let cell = cell(of: span)
    let weights = catalogue.weights(device: span.device, instruction: span.instruction)
    let cells = [cell.flatMap { cell in weights.map { "\(cell) \($0.mark)" } }, cell].compactMap { $0 }
    switch span.kind {
    case .forward, .backward, .backwardInput, .backwardWeight:
      guard block.spans.count == 1 else { return cells }
      let layer = catalogue.layer(device: span.device, instruction: span.instruction).map {
        "\(span.kind.letter) \($0)"
      }
      let full = catalogue.label(device: span.device, instruction: span.instruction)
      return [full, layer].compactMap { $0 } + cells
    case .wait:
      let partner = catalogue.partner(device: span.device, instruction: span.instruction)
      let name = SpanLook(span).name
      return [partner.map { "\(name) \($0)" }, name].compactMap { $0 }
    case .receive:
      let partner = catalogue.partner(device: span.device, instruction: span.instruction)
      return partner.map { ["transfer from \($0)", "from \($0)"] } ?? []
    case .send:
      let partner = catalogue.partner(device: span.device, instruction: span.instruction)
      return partner.map { ["send to \($0)", "to \($0)"] } ?? []
    case .statistics:
      guard block.spans.count == 1 else { return [SpanLook(span.kind).name] }
      return [catalogue.label(device: span.device, instruction: span.instruction), SpanLook(span.kind).name]
    case .load, .loss, .zero, .update, .copy, .accumulate, .overhead, .idle: return [SpanLook(span.kind).name]
    }
  }

  /// `F0`, `1F0` where the device has several stages, `F` where all samples are one microbatch; nil where the schedule
  /// does not name it.
  private func cell(of span: TraceSpan) -> String? {
    guard let action = steps.catalogue.action(device: span.device, instruction: span.instruction) else { return nil }
    let stages = Set(steps.catalogue.program.schedule.devices[span.device].map(\.stage)).count
    if stages <= 1, steps.catalogue.program.microbatches <= 1 { return "\(span.kind.letter)" }
    return stages > 1 ? action.description : "\(span.kind.letter)\(action.microbatch.map(String.init) ?? "")"
  }
}
