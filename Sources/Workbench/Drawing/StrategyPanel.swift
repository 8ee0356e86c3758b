import Scenes
import Screens
import Strategies

/// Strategy, machine and training as a form; below it, or beside it where there is room, what the compiler makes of
/// them.
struct StrategyPanel: Widget {
  private let state: WorkbenchState
  private let isFocused: Bool

  init(_ state: WorkbenchState, focused: Bool = true) {
    self.state = state
    isFocused = focused
  }

  func draw(into surface: inout Surface, in rect: Rect) {
    let picture = owners != nil ? "owners; ] [ other layer, O plan" : slots != nil ? "slots; T plan" : nil
    let note =
      state.isCompilingLong ? "compiling …" : state.compilation.plan == nil ? "refused" : picture ?? "compiled"
    let inside = surface.box(rect, title: PanelKind.strategy.title, note: note, focused: isFocused)
    guard !inside.isEmpty else { return }
    if !isFocused, inside.height < 10, inside.width < 100 {
      Paragraph(brief + results).draw(into: &surface, in: inside)
      return
    }
    let parts = parts(of: inside)
    surface.withClip(inside) { surface in
      form.draw(into: &surface, in: parts.form)
      if parts.isBeside {
        surface.verticalLine(x: parts.results.x - 2, y: inside.y, length: inside.height)
      } else if parts.results.height > 0 {
        surface.horizontalLine(x: inside.x, y: parts.results.y - 1, length: inside.width)
      }
      if let owners {
        OwnershipDrawing(layer: owners.layer, names: owners.names, scroll: state.ownershipScroll)
          .draw(into: &surface, in: parts.results)
      } else if let slots {
        SlotTableDrawing(facts: slots, scroll: state.ownershipScroll).draw(into: &surface, in: parts.results)
      } else {
        Paragraph(results).draw(into: &surface, in: parts.results)
      }
    }
  }

  /// Whose picture is shown in place of the plan; nil also where the scene does not compile.
  private var owners: (scene: Scene, layer: LayerOwnership, names: [String])? {
    state.strategyResult == .owners && state.compilation.plan != nil ? state.owners : nil
  }

  /// The slots that are shown in place of the plan.
  private var slots: ScheduleFacts? {
    state.strategyResult == .slots && state.compilation.plan != nil ? state.slots?.facts : nil
  }

  private var form: Form {
    state.formWidget(state.strategyFields, selection: state.strategyLine, focused: isFocused)
  }

  private var results: [Line] {
    if state.isCompilingLong { return [Line("the scene is being compiled …", role: .dim)] }
    return PlanSummary.prediction(state) + PlanSummary.lines(state.compilation)
  }

  /// The settings in two lines, for a panel that has no room for a form and does not have the keys.
  private var brief: [Line] {
    let scene = state.scene
    let devices = scene.machine.devices
    return [
      Line(scene.strategy.description.replacing("\n", with: "; "), role: .accent),
      Line(
        "\(devices) device\(devices == 1 ? "" : "s"), batch \(scene.training.batch), link \(scene.machine.linkDescription)"
      ),
    ]
  }

  private func parts(of inside: Rect) -> (form: Rect, results: Rect, isBeside: Bool) {
    if owners != nil || slots != nil {
      // The picture gets all that it can; of the form the marked line and its neighbours are seen.
      if inside.width >= 110 {
        let columns = inside.columns([.fixed(34), .fixed(3), .share()])
        return (columns[0], columns[2], true)
      }
      let rows = inside.rows([.fixed(min(3, inside.height / 4)), .fixed(inside.height >= 4 ? 1 : 0), .share()])
      return (rows[0], rows[2], false)
    }
    if inside.width >= 100 {
      let columns = inside.columns([.fixed(inside.width * 2 / 5), .fixed(3), .share()])
      return (columns[0], columns[2], true)
    }
    let wanted = Paragraph(results).height(width: inside.width)
    // The form gets what it needs, as long as a few lines of the compiler's answer are seen.
    let least = min(6, inside.height / 2)
    let height = min(wanted, max(least, inside.height - 1 - form.height))
    let rows = inside.rows([.share(), .fixed(height > 0 ? 1 : 0), .fixed(height)])
    return (rows[0], rows[2], false)
  }

  /// Where the form's lines stand when the panel is drawn in `rect`, for the mouse.
  func formRect(in rect: Rect) -> Rect { parts(of: rect.inset(horizontal: 1, vertical: 1)).form }
}
