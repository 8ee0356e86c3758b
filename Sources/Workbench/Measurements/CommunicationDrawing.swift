import Programs
import Screens
import Traces

/// Draws who sends how much to whom in a step: a matrix of devices, totals by purpose beside their formulas, and,
/// expanded, the closed form of each kind of collective; or, by link, what each physical link carries. Before a run the
/// program's own counts stand there, labelled so.
///
/// - Parameters:
///   - focused: whether keys go to this panel.
///   - expanded: whether the panel has the screen for itself.
public func drawCommunication(
  _ measurements: Measurements, _ view: CommunicationView, into surface: inout Surface, in rect: Rect,
  focused: Bool = true, expanded: Bool = false
) {
  guard !rect.isEmpty else { return }
  surface.withClip(rect) { surface in
    let picture = CommunicationPicture(measurements: measurements, view: view)
    let devices = measurements.deviceCount
    guard measurements.facts.program.messages.count > 0 else {
      Paragraph("No device sends anything to another in this program.", role: .dim).draw(into: &surface, in: rect)
      return
    }
    guard view.grouping == .peers else {
      picture.total.draw(into: &surface, x: rect.x, y: rect.y, limit: rect.width)
      return LinksPicture(measurements: measurements, view: view)
        .draw(into: &surface, in: rect.dropping(rows: 1), expanded: expanded)
    }
    let purposes = picture.purposes
    let isWide = rect.width >= picture.matrixWidth + 34
    // Heads count as rows.
    let matrixRows = devices + 1
    let purposeRows = purposes.rows.count + 1
    let upper = isWide ? max(matrixRows, purposeRows) : matrixRows + purposeRows
    let wantsList = expanded && measurements.facts.terms.count > 0 && rect.height >= upper + 4
    let body = rect.rows([.fixed(1), .fixed(wantsList ? upper : rect.height - 1), .share()])
    picture.total.draw(into: &surface, x: rect.x, y: rect.y, limit: rect.width)
    if isWide {
      let columns = body[1].columns([.fixed(picture.matrixWidth), .share()], gap: 3)
      picture.matrix(width: columns[0].width).draw(into: &surface, in: columns[0])
      purposes.draw(into: &surface, in: columns[1])
    } else {
      let rows = body[1].rows([.fixed(matrixRows), .share()])
      picture.matrix(width: rect.width).draw(into: &surface, in: rows[0])
      if rows[1].height > 1 { purposes.draw(into: &surface, in: rows[1]) }
    }
    if wantsList { picture.terms.draw(into: &surface, in: body[2].dropping(rows: 1)) }
  }
}

extension Measurements {
  /// What the frame of the communication panel says: what is counted, and by what; short, for the panel may be narrow.
  public func communicationNote(_ view: CommunicationView) -> String {
    if view.grouping == .links { return "by link" }
    return view.unit == .bytes ? "bytes per step" : "messages/step"
  }
}

/// The parts of the communication panel.
struct CommunicationPicture {
  var measurements: Measurements
  var view: CommunicationView

  private var isMeasured: Bool { measurements.totals != nil }

  /// All devices together in a step.
  var total: Line {
    let expected = measurements.facts.expectedBytesPerStep
    let bytes = measurements.perStep { $0.bytes }
    guard isMeasured else {
      return Line("\(Format.traffic(expected)) per step by formula", role: .dim)
    }
    let messages = measurements.perStep { $0.messages }
    return Line("\(Format.traffic(bytes)) per step ") + comparison(bytes, expected)
      + Line("  \(Format.count(messages)) messages", role: .dim)
  }

  /// `= formula`, or by how much more or less it is.
  private func comparison(_ measured: Double?, _ expected: Int) -> Line {
    guard let measured else { return Line("f \(Format.traffic(expected))", role: .dim) }
    let difference = measured - Double(expected)
    if difference == 0 { return Line("= formula", role: .good) }
    return Line(
      "\(difference > 0 ? "+" : "")\(Format.traffic(difference)) to the formula's \(Format.traffic(expected))",
      role: .warning)
  }

  // MARK: Matrix

  /// How the cells of the matrix are written.
  private enum Writing {
    /// `17.0 kB`
    case full
    /// `17.0`, with the unit in the corner.
    case scaled(factor: Double, unit: String)
    /// Shades alone.
    case none
  }

  private func text(_ value: Double, _ writing: Writing) -> String {
    switch writing {
    case .full: view.unit == .bytes ? Format.traffic(value) : Format.count(value)
    case .scaled(let factor, _): Format.number(value / factor)
    case .none: ""
    }
  }

  private func values(_ writing: Writing) -> [[HeatMap.Value]] {
    let devices = measurements.deviceCount
    return (0..<devices).map { from in
      (0..<devices).map { to in
        let count = value(from, to)
        if from == to { return HeatMap.Value(nil, "") }
        if count == 0, case .none = writing { return HeatMap.Value(nil, "") }
        return count == 0 ? HeatMap.Value(nil, "-") : HeatMap.Value(count, text(count, writing))
      }
    }
  }

  /// The unit for all cells by the largest one.
  private var scaled: Writing {
    let largest =
      (0..<measurements.deviceCount).flatMap { from in
        (0..<measurements.deviceCount).map { value(from, $0) }
      }.max() ?? 0
    let units: [(Double, String)] = [(1e9, "G"), (1e6, "M"), (1e3, "k")]
    let (factor, prefix) = units.first { largest >= $0.0 } ?? (1, "")
    return .scaled(factor: factor, unit: view.unit == .bytes ? prefix + "B" : prefix + "msg")
  }

  private func value(_ from: Int, _ to: Int) -> Double {
    let facts = measurements.facts
    switch view.unit {
    case .bytes: return matrices?.bytes[from][to] ?? Double(facts.matrixBytes[from][to])
    case .messages: return matrices?.messages[from][to] ?? Double(facts.matrixMessages[from][to])
    }
  }

  private let matrices: (bytes: [[Double]], messages: [[Double]])?

  init(measurements: Measurements, view: CommunicationView) {
    self.measurements = measurements
    self.view = view
    matrices = measurements.totals.map { totals in
      let steps = Double(totals.steps)
      func perStep(_ matrix: [[Int]]) -> [[Double]] { matrix.map { $0.map { Double($0) / steps } } }
      return (perStep(totals.matrixBytes), perStep(totals.matrixMessages))
    }
  }

  /// The matrix with texts as long as fit into `width`.
  func matrix(width: Int) -> HeatMap {
    let writing = [Writing.full, scaled].first { self.width(of: $0) <= width } ?? .none
    let names = (0..<measurements.deviceCount).map(String.init)
    let corner =
      if case .scaled(_, let unit) = writing { unit } else { view.unit == .bytes ? "bytes" : "msgs" }
    return HeatMap(rows: names, columns: names, values: values(writing), corner: corner, focused: false)
  }

  /// Columns that the matrix takes with its full texts.
  var matrixWidth: Int { width(of: .full) }

  private func width(of writing: Writing) -> Int {
    let text = values(writing).joined().map(\.text.columns).max() ?? 0
    return 6 + measurements.deviceCount * (text + 3)
  }

  // MARK: Lists

  /// Bytes per step by purpose, measured beside the formula's.
  var purposes: Screens.Table {
    let facts = measurements.facts
    let bytes = Purpose.allCases.filter { purpose in
      facts.expectedBytes[purpose] != nil || measurements.totals?.bytesByPurpose[purpose] != nil
    }
    let rows = bytes.map { purpose -> [Line] in
      let measured = measurements.perStep { $0.bytesByPurpose[purpose, default: 0] }
      let expected = facts.expectedBytes[purpose, default: 0]
      return [
        Line(purpose.rawValue.split(separator: "_").joined(separator: " ")), Line(Format.traffic(measured)),
        isMeasured ? comparison(measured, expected) : Line(Format.traffic(expected), role: .dim),
      ]
    }
    return Screens.Table(
      [
        Screens.Table.Column("purpose"), Screens.Table.Column("bytes/step", .right),
        Screens.Table.Column("by formula", .left, limit: 60),
      ],
      rows: rows, focused: false)
  }

  /// What travels by kind of collective, with the closed form in symbols and numbers.
  var terms: Screens.Table {
    let rows = measurements.facts.terms.map { term -> [Line] in
      let purpose = term.purpose.rawValue.split(separator: "_").joined(separator: " ")
      return [
        Line(purpose), Line(term.count > 1 ? "\(term.name) ×\(term.count)" : term.name),
        Line(term.devices.map(String.init) ?? "-"), Line(term.derivation), Line(Format.count(term.messages)),
        term.countedWords == term.expectedWords
          ? Line("=", role: .good) : Line(Format.traffic(4 * term.countedWords), role: .warning),
      ]
    }
    return Screens.Table(
      [
        Screens.Table.Column("purpose"), Screens.Table.Column("sent as"), Screens.Table.Column("devices", .right),
        Screens.Table.Column("words by formula", .left, limit: 60), Screens.Table.Column("messages", .right),
        Screens.Table.Column("program"),
      ], rows: rows, offset: view.offset, focused: false)
  }
}
