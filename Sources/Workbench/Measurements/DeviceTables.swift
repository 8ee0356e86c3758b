import Programs
import Screens
import Traces

/// The numbers behind the bars of the devices panel, each table under a title.
struct DeviceTables {
  var measurements: Measurements
  var offset: Int

  private typealias Column = Screens.Table.Column

  /// Shares of the window, and where there is room beside them waits by cause and traffic.
  func drawTimes(withWaits: Bool, withTraffic: Bool, into surface: inout Surface, in rect: Rect) {
    let columns =
      Activity.allCases.map { Column($0 == .communication ? "exposed" : $0.rawValue, .right) }
      + (withWaits ? Self.waitColumns : []) + (withTraffic ? Self.trafficColumns : [])
    let rows = (0..<measurements.deviceCount).map { device -> [Line] in
      let shares = measurements.breakdown(of: device)?.permille
      return Activity.allCases.map { Line(percentText(permille: shares?[$0])) }
        + (withWaits ? waits(of: device) : []) + (withTraffic ? traffic(of: device) : [])
    }
    let steps = measurements.measuredSteps
    let title =
      steps == 0 ? "time: nothing measured" : "time, mean of \(steps) measured \(steps == 1 ? "step" : "steps")"
    draw(title, columns, rows, into: &surface, in: rect)
  }

  /// Waits by cause per step, where they have no room beside the shares.
  func drawWaits(into surface: inout Surface, in rect: Rect) {
    draw(
      "waits per step by cause", Self.waitColumns, (0..<measurements.deviceCount).map { waits(of: $0) }, into: &surface,
      in: rect)
  }

  private static let waitColumns = WaitCause.allCases.map { Column(SpanLook($0).name, .right) }

  private func waits(of device: Int) -> [Line] {
    let breakdown = measurements.breakdown(of: device)
    return WaitCause.allCases.map { cause in
      let perStep = breakdown.flatMap { parts in
        measurements.perStep { _ in Int(parts.waits[cause, default: 0]) }.map { $0 * 1e-9 }
      }
      return Line(Format.time(perStep))
    }
  }

  /// What each device sends and receives, and how much of it was hidden behind computing.
  func drawTraffic(into surface: inout Surface, in rect: Rect) {
    let rows = (0..<measurements.deviceCount).map { traffic(of: $0) }
    draw("communication", Self.trafficColumns, rows, into: &surface, in: rect)
  }

  private static let trafficColumns = ["sent/step", "received/step", "messages/step", "overlap"].map {
    Column($0, .right)
  }

  private func traffic(of device: Int) -> [Line] {
    [
      Line(Format.traffic(measurements.perStep { $0.bytesSent[device] })),
      Line(Format.traffic(measurements.perStep { $0.bytesReceived[device] })),
      Line(Format.count(measurements.perStep { $0.messagesSent[device] })),
      Line(Format.percent(measurements.breakdown(of: device)?.overlapRatio)),
    ]
  }

  /// Lines of the table of memory with its title and heading.
  static func memoryRows(_ measurements: Measurements) -> Int {
    2 + (isMeasured(measurements) ? 2 : 1) * measurements.deviceCount
  }

  private static func isMeasured(_ measurements: Measurements) -> Bool {
    (0..<measurements.deviceCount).contains { measurements.peak(of: $0)?.total != nil }
  }

  /// Peak bytes in all and by kind: a line of measured ones (m) and a line by formula (f) for each device.
  func drawMemory(into surface: inout Surface, in rect: Rect) {
    let isMeasured = Self.isMeasured(measurements)
    let isNarrow = rect.width < 100
    let columns =
      [Column("total", .right)] + BufferKind.allCases.map { Column(isNarrow ? $0.shortName : $0.rawValue, .right) }
    var rows: [[Line]] = []
    var isEqual = true
    for device in 0..<measurements.deviceCount {
      let formula = measurements.facts.memory[device]
      let measured = measurements.peak(of: device) ?? .unknown
      isEqual = isEqual && measured == formula
      func cells(_ label: String, _ peak: MemoryPeak, _ role: Role) -> [Line] {
        [Line(label)]
          + ([peak.total] + BufferKind.allCases.map { peak.byKind[$0] }).map {
            Line(Format.memory($0), role: role)
          }
      }
      if isMeasured { rows.append(cells("\(device) m", measured, .text)) }
      rows.append(cells(isMeasured ? "f" : "\(device)", formula, .dim))
    }
    let title =
      !isMeasured
      ? "peak memory by formula"
      : isEqual ? "peak memory: m measured = f by formula" : "peak memory: m measured, f by formula"
    draw(title, columns, numbered: rows, into: &surface, in: rect)
  }

  private func draw(
    _ title: String, _ columns: [Column], _ rows: [[Line]], into surface: inout Surface, in rect: Rect
  ) {
    draw(
      title, columns, numbered: rows.enumerated().map { device, cells in [Line("\(device)")] + cells }, into: &surface,
      in: rect)
  }

  private func draw(
    _ title: String, _ columns: [Column], numbered: [[Line]], into surface: inout Surface, in rect: Rect
  ) {
    guard rect.height > 1 else { return }
    surface.text(title, x: rect.x, y: rect.y, limit: rect.width, role: .title)
    Screens.Table([Column("device", .right)] + columns, rows: numbered, offset: offset, focused: false)
      .draw(into: &surface, in: rect.dropping(rows: 1))
  }
}

extension BufferKind {
  /// A head for a narrow column.
  fileprivate var shortName: String {
    switch self {
    case .parameters: "params"
    case .gradients: "grads"
    case .optimizer: "optim."
    case .activations: "activ."
    case .buffers: "buffers"
    case .workspace: "worksp."
    }
  }
}
