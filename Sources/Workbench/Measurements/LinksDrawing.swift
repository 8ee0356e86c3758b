import Machines
import Programs
import Screens
import Traces

/// The communication panel by physical link: what each direction of a link carries in a step beside what is expected, how much of
/// the time it is taken, how long messages wait for it, and whose messages share it.
struct LinksPicture {
  var measurements: Measurements
  var view: CommunicationView

  private let loads: [LinkLoad]

  init(measurements: Measurements, view: CommunicationView) {
    self.measurements = measurements
    self.view = view
    loads =
      measurements.facts.links.map { map in
        LinkLoad.all(
          measurements.facts.program, on: map, expected: measurements.facts.traffic, totals: measurements.totals,
          newest: measurements.state == .notStarted ? nil : measurements.timeline.steps.last)
      } ?? []
  }

  func draw(into surface: inout Surface, in rect: Rect, expanded: Bool) {
    guard !rect.isEmpty else { return }
    guard let map = measurements.facts.links else {
      return Paragraph("n/a: the machine is not known.", role: .dim).draw(into: &surface, in: rect)
    }
    guard !map.wires.isEmpty else {
      return Paragraph("The devices share memory: no link lies between them.", role: .dim)
        .draw(into: &surface, in: rect)
    }
    let lines = expanded ? explanation.flatMap { $0.wrapped(to: rect.width) } : []
    let hasRoom = rect.height >= lines.count + 4
    // The table begins with the busiest link: in little room it says enough by itself.
    let head = rect.height >= 6 ? congestion.wrapped(to: rect.width) : []
    let rows = rect.rows([.fixed(head.count), .share(), .fixed(hasRoom ? lines.count : 0)])
    Paragraph(head, wraps: false).draw(into: &surface, in: rows[0])
    table.draw(into: &surface, in: rows[1])
    if hasRoom { Paragraph(lines, wraps: false).draw(into: &surface, in: rows[2]) }
  }

  /// Where it is congested, in a line.
  private var congestion: Line {
    guard let worst = loads.first else { return Line("no link carries anything", role: .dim) }
    guard let share = worst.utilisation else {
      guard worst.busySeconds > 0 else { return Line("links of unlimited bandwidth", role: .dim) }
      return Line("busiest \(worst.name): \(Format.time(worst.busySeconds)) a step by its bandwidth", role: .dim)
    }
    let waiting = loads.max { ($0.queuedSeconds ?? 0) < ($1.queuedSeconds ?? 0) }
    var line = Line("busiest \(worst.name) \(Format.percent(share))", role: role(of: share))
    if let waiting, let queued = waiting.queuedSeconds, queued > 0 {
      line = line + Line("  most queueing at \(waiting.name), \(Format.time(queued))", role: .dim)
    } else if worst.queuedSeconds != nil {
      line = line + Line("  no message waits for a link", role: .dim)
    }
    return line
  }

  /// How busy a link is in words of colour: nine tenths leave no room, a half is much.
  private func role(of share: Double) -> Role { share >= 0.9 ? .error : share >= 0.5 ? .warning : .good }

  /// What is most needed comes first, since columns are cut from the right.
  private var table: Screens.Table {
    let isMeasured = measurements.totals != nil
    let rows = loads.map { load -> [Line] in
      var cells = [Line(load.name)]
      if isMeasured {
        cells.append(
          Line(Format.percent(load.utilisation), role: load.utilisation.map { role(of: $0) } ?? .dim))
      } else {
        cells.append(Line(load.busySeconds > 0 ? Format.time(load.busySeconds) : "-", role: .dim))
      }
      cells.append(amount(load))
      if isMeasured { cells.append(Line(load.queuedSeconds.map { queue($0) } ?? "n/a")) }
      cells.append(Line(sharers(load)))
      return cells
    }
    var columns = [
      Screens.Table.Column("link"), Screens.Table.Column("busy", .right),
      Screens.Table.Column(view.unit == .bytes ? "bytes/step" : "messages", .right),
    ]
    if isMeasured { columns.append(Screens.Table.Column("queued", .right)) }
    columns.append(Screens.Table.Column("used by", .left, limit: 60, flexible: true))
    return Screens.Table(columns, rows: rows, offset: min(view.offset, max(0, rows.count - 1)), focused: false)
  }

  private func queue(_ seconds: Double) -> String { seconds > 0 ? Format.time(seconds) : "-" }

  /// As measured, with `=` where that is what the program says.
  private func amount(_ load: LinkLoad) -> Line {
    let (measured, expected, text): (Double?, Double, (Double) -> String) =
      view.unit == .bytes
      ? (load.bytes, Double(load.expectedBytes), { Format.traffic($0 as Double) })
      : (load.messages, Double(load.expectedMessages), { Format.count($0 as Double) })
    guard let measured else { return Line(text(expected), role: .dim) }
    return Line(text(measured)) + (measured == expected ? Line(" =", role: .good) : Line(" ≠", role: .warning))
  }

  /// `0>4 1>5`, or how many pairs where there are more than three.
  private func sharers(_ load: LinkLoad) -> String {
    let names = load.pairs.prefix(4).map { "\($0.from)>\($0.to)" }.joined(separator: " ")
    let rest = load.pairs.count - 4
    return rest > 0 ? "\(load.pairs.count) pairs: \(names) …" : names
  }

  private var explanation: [Line] {
    [
      Line(
        "busy: the time that messages occupy the link, by bytes and bandwidth without latency, as a share of the step; "
          + "queued: how long messages of the newest step waited because the link was taken, all together; "
          + "=: counted as the program says; a message over several links counts on each",
        role: .dim)
    ]
  }
}
