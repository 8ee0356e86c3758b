import Screens

/// One widget of each kind, with content that does not fit everywhere.
enum Sample {
  static let help = Paragraph(
    "A pipeline passes microbatches from stage to stage.\n\nIts bubble shrinks with their number.")

  static let list = ListWidget(["serial", "data parallel", "pipeline", "spatial", "hybrid"], selection: 2)

  static let table = Table(
    [.init("layer"), .init("shape", .left), .init("params", .right)],
    rows: [
      ["conv1", "16x28x28", "160"], ["conv2", "32x14x14", "4.64 k"],
      [Line("linear", role: .accent), "10", Line("n/a", role: .dim)],
    ], selection: 1)

  static let gauge = Gauge(0.62, label: "device 0", text: "62.0 %")
  static let unknownGauge = Gauge(nil, label: "device 1")

  static let stack = StackedBar(
    [
      .init(5, role: .forward, glyph: "F", label: "forward"), .init(9, role: .backward, glyph: "B", label: "backward"),
      .init(2, role: .transfer, glyph: "x", label: "transfer"), .init(4, role: .idle, glyph: ".", label: "idle"),
    ], legend: true)

  static let bars = BarChart([
    .init("0", 12, text: "12"), .init("1", 30, text: "30"), .init("2+", 6, text: "6"), .init("all", nil, text: "n/a"),
  ])

  static let sparkline = Sparkline([0, 1, 2, nil, 4, 8, 6])

  static let chart = LineChart(
    [
      .init("loss", role: .curve1, values: [2.5, 1.8, 1.2, 0.9, 0.7, 0.6, 0.55, 0.5]),
      .init("test", role: .curve2, values: [2.5, 2.0, 1.6, nil, 1.1, 1.0, 0.95, 0.9]),
    ], xName: "step")

  static let logarithmicChart = LineChart(
    [.init("loss", role: .curve1, values: [100, 10, 1, 0, 0.1])], logarithmic: true, legend: false)

  static let timeline = TimelineWidget(
    [
      .init(
        "device 0",
        spans: [
          .init(start: 0, end: 4e-3, role: .forward, glyph: "F", label: "F0"),
          .init(start: 4e-3, end: 8e-3, role: .forward, glyph: "F", label: "F1"),
          .init(start: 14e-3, end: 20e-3, role: .backward, glyph: "B", label: "B0"),
        ]),
      .init(
        "device 1",
        spans: [
          .init(start: 0, end: 4e-3, role: .waitSender, glyph: "s"),
          .init(start: 4e-3, end: 7.6e-3, role: .forward, glyph: "F", label: "F0"),
          .init(start: 7.6e-3, end: 14e-3, role: .backward, glyph: "B", label: "backward of all"),
          .init(start: 14.1e-3, end: 14.2e-3, role: .update, glyph: "U"),
        ]),
    ], window: 0...20e-3, selection: .init(lane: 0, span: 2))

  static let heatMap = HeatMap(
    rows: ["d0", "d1", "d2"], columns: ["d0", "d1", "d2"],
    values: [
      [.init(nil, "-"), .init(8, "8 MB"), .init(1, "1 MB")], [.init(4, "4 MB"), .init(nil, "-"), .init(2, "2 MB")],
      [.init(0, "0 B"), .init(6, "6 MB"), .init(nil, "-")],
    ], selection: Point(x: 1, y: 2), corner: "from\\to")

  static let form = Form(
    [
      .init("devices", "4", hint: "1 to 1024"), .init("microbatches", "6", error: "64 samples do not split into 6"),
      .init("schedule", "1F1B"),
    ], selection: 0)

  static let editedForm = Form(form.fields, selection: 1, editor: TextField("12"))

  static let textField = TextField("resnet.yaml")

  static let dialog = Dialog(
    title: "Quit?", body: Paragraph("The run has not been saved."), answers: ["save", "quit", "stay"], selection: 2,
    width: 34)

  static let menu = Menu(
    title: "Command", items: ["run", "rewind"], selection: 1, filter: TextField("r"), width: 24, visible: 3)

  static let footer = KeyFooter([
    .init(keys: [.character("q")], title: "quit"), .init(keys: [.function(1)], title: "help"),
    .init(keys: [.up, .down], title: "select"),
  ])

  static let overlay = HelpOverlay(sections: [
    .init(title: "timeline", entries: [.init(keys: [.character("w"), .character("+")], text: "zoom in")]),
    .init(title: "everywhere", entries: [.init(keys: [.control("l")], text: "draw the screen again")]),
  ])

  static let tabs = Tabs(["Compose", "Run", "Why"], selection: 1)

  static let tooSmall = TooSmall(needed: Size(width: 80, height: 24), note: "q quits")

  static let axis = TimeAxis(window: 0...1)

  static let all: [any Widget] = [
    help, list, table, gauge, unknownGauge, stack, bars, sparkline, chart, logarithmicChart, timeline, heatMap, form,
    editedForm, textField, dialog, menu, footer, overlay, tabs, tooSmall, axis,
  ]

  /// The same kinds with nothing in them, and with numbers that are none.
  static let empty: [any Widget] = [
    Paragraph(""), ListWidget([]), Table([], rows: []), Table([.init("")], rows: [[], []], selection: 9),
    Gauge(.nan), Gauge(-.infinity), StackedBar([]), BarChart([]), BarChart([.init("", .infinity, text: "")]),
    Sparkline([]),
    StackedBar([.init(.nan, role: .idle, glyph: ".", label: ""), .init(.infinity, role: .idle, glyph: ".", label: "")]),
    Sparkline([.nan, -1, .infinity], maximum: 0), LineChart([]), LineChart([.init("", role: .curve1, values: [.nan])]),
    LineChart([.init("", role: .curve1, values: [1e308, -1e308, 0])], yRange: 0...0, xName: "x"),
    LineChart([.init("", role: .curve1, values: [-1, 0])], logarithmic: true, yRange: -1...5),
    TimelineWidget([], window: 0...1), TimelineWidget([.init("", spans: [])], window: 3...3),
    TimelineWidget(
      [
        .init(
          "a",
          spans: [
            .init(start: 5, end: 1, role: .idle, glyph: "."), .init(start: 6, end: .infinity, role: .loss, glyph: "L"),
          ])
      ],
      window: -1e300...1e300, selection: .init(lane: 7, span: 7), selectedLane: -3, laneOffset: 99),
    TimelineWidget(
      [.init("a", spans: [.init(start: 0, end: 1, role: .idle, glyph: "漢")])], window: 0.5...0.5.nextUp),
    HeatMap(rows: [], columns: [], values: []), HeatMap(rows: ["a"], columns: ["b"], values: []),
    HeatMap(rows: ["a"], columns: ["b"], values: [[.init(1e300, "")]], maximum: 1e-300, selection: Point(x: -1, y: 50)),
    Form([]), Form([.init("", "", error: "")], selection: 4, editor: TextField()), TextField("", placeholder: "name"),
    Dialog(title: "", body: Paragraph(""), selection: -1, width: -5),
    Menu(title: "", items: [], selection: nil, visible: -1),
    KeyFooter([]), HelpOverlay(sections: [], scroll: -4), Tabs([], selection: 0), Tabs(["a"], selection: 5),
    TooSmall(needed: Size(width: 1, height: 1), note: ""), TimeAxis(window: 1e300...1.1e300), TimeAxis(window: 0...0),
  ]

  static func drawn(_ widget: any Widget, _ width: Int, _ height: Int, _ glyphs: GlyphSet = .unicode) -> Surface {
    var surface = Surface(width: width, height: height, glyphs: glyphs)
    widget.draw(into: &surface, in: surface.bounds)
    return surface
  }
}
