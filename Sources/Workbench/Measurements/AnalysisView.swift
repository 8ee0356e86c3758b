import Machines
import Programs
import Screens
import Traces

/// The analysis of a run that lies over the panels: of the moment when it was opened, while the run goes on.
public struct AnalysisView: Hashable, Sendable {
  /// Lines left out above.
  public var scroll = 0

  public init() {}
}

extension WorkbenchState {
  /// Analyses what is shown and opens the view of it.
  mutating func showAnalysis() {
    guard let shown, let totals = shown.totals else {
      note = Line("nothing was measured yet; r runs the scene", role: .dim)
      return
    }
    let catalogue = shown.facts.catalogue
    var context = AnalysisContext()
    if let question = inquiries.analysisContext,
      let steps = AnalysedSteps.longest(of: shown.timeline.steps, catalogue: catalogue)
    {
      context = question(steps, run?.scene ?? scene, shown.clock)
    }
    context.serial = shownReference
    if shown.clock == .wall, shown.deviceCount > cores { context.oversubscribedCores = cores }
    analysis = TraceAnalysis(shown.timeline.steps, totals: totals, catalogue: catalogue, context: context)
    guard analysis != nil else {
      note = Line("no measured step is kept to analyse", role: .dim)
      return
    }
    overlay = .analysis(AnalysisView())
  }

  /// The lines of the view at the screen's width, for scrolling no further than they go.
  func analysisLines(width: Int, glyphs: GlyphSet = .unicode) -> [Line] {
    guard let analysis else { return [] }
    return AnalysisLines(analysis, width: width, glyphs: glyphs).lines.flatMap { $0.wrapped(to: width) }
  }

  func drawAnalysis(_ view: AnalysisView, into surface: inout Surface, in rect: Rect) {
    guard let analysis else { return }
    surface.withClip(rect) { surface in
      surface.fill(rect)
      let numbers = analysis.steps.numbers
      let steps =
        numbers.count == 1 ? "step \(numbers.lowerBound)" : "steps \(numbers.lowerBound)-\(numbers.upperBound)"
      let inside = surface.box(
        rect, title: "Analysis", note: "\(steps), \(shown?.clock.rawValue ?? "") clock", focused: true
      )
      .inset(horizontal: 1)
      let lines = analysisLines(width: inside.width, glyphs: surface.glyphs)
      Paragraph(lines, wraps: false, scroll: min(view.scroll, max(0, lines.count - inside.height)))
        .draw(into: &surface, in: inside)
    }
  }
}
