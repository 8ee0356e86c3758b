import Screens

/// The one table of the workbench's keys: what they do, the footer, the help and the written list come from it.
public enum WorkbenchKeys {
  /// Contexts apart from the panels', which are called by their titles.
  enum Context {
    static let everywhere = "Everywhere"
    static let run = "Run and scene"
    static let panels = "Panels"
    static let lists = "Lists"
    static let form = "Layer form"
    static let text = "Typing a value"
    static let dialog = "Questions"
    static let message = "Messages"
    static let menu = "Menus"
    static let help = "Help"
    static let palette = "Command palette"
    static let analysis = "Analysis"
  }

  typealias Binding = KeyMap<WorkbenchAction>.Binding

  /// All bindings.
  public static let map = KeyMap(
    network + strategy + views + form + lists + run + panels + typing + dialogs + everywhere)

  /// The table as a section of Markdown, for the read-me.
  public static func markdown(headingLevel: Int = 3) -> String { map.markdown(headingLevel: headingLevel) }

  private static let everywhere: [Binding] = [
    Binding(
      [.character("q")], .quit, "quit",
      help: "leave, after a question where edits or a running training would be lost; in a text field it is a letter",
      context: Context.everywhere),
    Binding(
      [.control("c")], .quit, "quit", help: "leave, also while typing; once more: without a question (`:q!` does too)",
      context: Context.everywhere, footer: false),
    Binding(
      [.control("l")], .redraw, "redraw", help: "draw the screen anew", context: Context.everywhere, footer: false),
    Binding(
      [.control("z")], .suspend, "suspend", help: "back to the shell; `fg` returns", context: Context.everywhere,
      footer: false),
  ]

  private static let panels: [Binding] =
    [
      Binding(
        [.character("?"), .function(1)], .help, "help", help: "show the keys that count now", context: Context.panels),
      Binding(
        [.character(":"), .control("p")], .palette, "command", help: "find a command by name, or type one",
        context: Context.panels),
      Binding([.tab], .nextPanel, "panel", help: "go to the next panel", context: Context.panels),
      Binding(
        [.backTab], .previousPanel, "panel back", help: "go to the panel before", context: Context.panels, footer: false
      ),
      Binding(
        [.character("e")], .expand, "expand", help: "show the panel on the whole screen, and back",
        context: Context.panels),
      Binding(
        [.escape], .back, "back", help: "one level up; never leaves the program", context: Context.panels, footer: false
      ),
    ]
    + PanelKind.allCases.map { panel in
      Binding(
        [.character(Character("\(panel.number)"))], .focus(panel), panel.title, help: "go to \(panel.title)",
        context: Context.panels, footer: false)
    }

  private static let run: [Binding] = [
    Binding(
      [.character("r"), .function(5)], .run, "run", help: "run the scene as edited; resume a paused run",
      context: Context.run),
    Binding(
      [.space], .pauseDisplay, "pause", help: "pause the display; the run goes on and data keep coming",
      context: Context.run),
    Binding(
      [.character("s"), .function(8)], .step, "step", help: "do one training step, then pause the run",
      context: Context.run),
    Binding(
      [.character("p"), .function(6)], .pauseRun, "pause run",
      help: "pause the run itself at the end of a step, or resume it", context: Context.run, footer: false),
    Binding(
      [.character("S"), .function(7)], .stop, "stop", help: "stop the run at the end of a step; again: at once",
      context: Context.run),
    Binding(
      [.character("X"), .function(9)], .reset, "reset", help: "end the run and forget its measurements",
      context: Context.run, footer: false),
    Binding(
      [.character("C")], .clock, "clock", help: "time the next run by the other clock, the wall's or virtual time",
      context: Context.run, footer: false),
    Binding(
      [.character("R")], .reference, "reference",
      help: "time a few serial steps on one device, for the speed-up of runs of the same batch and clock",
      context: Context.run, footer: false),
    Binding(
      [.character("o"), .control("o")], .openScene, "open", help: "choose a scene or open a file", context: Context.run),
    Binding([.control("s"), .function(2)], .saveScene, "save", help: "save the scene to a file", context: Context.run),
    Binding(
      [.character("A"), .function(10)], .analysis, "analysis",
      help: "what limits the run: critical path, who caused the waiting, efficiency", context: Context.run),
    Binding([.character("u")], .undo, "undo", help: "take back the last edit", context: Context.run),
    Binding(
      [.control("r"), .character("U")], .redo, "redo", help: "do an edit again that was taken back",
      context: Context.run, footer: false),
  ]

  private static let lists: [Binding] = [
    Binding([.up, .character("k")], .up, "up", help: "go to the entry above", context: Context.lists, footer: false),
    Binding(
      [.down, .character("j")], .down, "down", help: "go to the entry below", context: Context.lists, footer: false),
    Binding(
      [.pageUp, .control("u")], .pageUp, "page up", help: "go up by a page", context: Context.lists, footer: false),
    Binding(
      [.pageDown, .control("d")], .pageDown, "page down", help: "go down by a page", context: Context.lists,
      footer: false),
    Binding(
      [.home, .character("g")], .top, "top", help: "go to the first entry", context: Context.lists, footer: false),
    Binding(
      [.end, .character("G")], .bottom, "bottom", help: "go to the last entry", context: Context.lists, footer: false),
  ]

  private static let network: [Binding] = {
    let title = PanelKind.network.title
    return [
      Binding(
        [.right], .increase, "more", help: "the next value, on the lines of loss and tree", context: title,
        footer: false),
      Binding([.left], .decrease, "less", help: "the value before", context: title, footer: false),
      Binding(
        [.character("a"), .insert], .addLayer, "add", help: "add a layer below the selected one", context: title),
      Binding([.enter], .edit, "edit", help: "edit the selected layer", context: title),
      Binding([.character("x"), .delete], .removeLayer, "remove", help: "remove the selected layer", context: title),
      Binding([.character("J")], .moveLayerDown, "move", help: "move the layer towards the output", context: title),
      Binding(
        [.character("K")], .moveLayerUp, "move up", help: "move the layer towards the input", context: title,
        footer: false),
      Binding(
        [.character("c")], .duplicateLayer, "copy", help: "put a copy of the layer below it", context: title,
        footer: false),
      Binding(
        [.character("t")], .toggleTree, "tree", help: "part the network into heads below the layer, or join it again",
        context: title, footer: false),
      owners(in: title),
    ]
  }()

  private static let strategy: [Binding] =
    values(in: PanelKind.strategy.title) + [
      Binding([.enter], .edit, "type", help: "type a value", context: PanelKind.strategy.title),
      owners(in: PanelKind.strategy.title),
      Binding(
        [.character("T")], .slots, "slots",
        help: "draw the schedule as a table of slots with its bubble, or show the plan again",
        context: PanelKind.strategy.title),
      Binding(
        [.character("]")], .nextLayer, "next layer", help: "the owners of the next layer",
        context: PanelKind.strategy.title, footer: false),
      Binding(
        [.character("[")], .previousLayer, "layer before", help: "the owners of the layer before",
        context: PanelKind.strategy.title, footer: false),
    ]

  private static func owners(in context: String) -> Binding {
    Binding(
      [.character("O")], .owners, "owners",
      help: "draw which device holds which box of the selected layer, or show the plan again", context: context)
  }

  private static let form: [Binding] =
    values(in: Context.form) + [
      Binding([.enter], .edit, "type", help: "type a value", context: Context.form),
      Binding([.escape], .back, "done", help: "back to the list of layers", context: Context.form),
    ]

  private static func values(in context: String) -> [Binding] {
    [
      Binding([.right, .character("+"), .character("l")], .increase, "more", help: "the next value", context: context),
      Binding(
        [.left, .character("-"), .character("h")], .decrease, "less", help: "the value before", context: context),
    ]
  }

  private static let views: [Binding] =
    bindings(TimelineView.keys, of: .timeline) + bindings(DevicesView.keys, of: .devices)
    + bindings(CommunicationView.keys, of: .communication) + bindings(LearningView.keys, of: .learning)

  private static func bindings(_ keys: [PanelKey], of panel: PanelKind) -> [Binding] {
    // Arrows and the like explain themselves; the footer has room for what does not.
    let plain: [Key] = [.up, .down, .left, .right, .home, .end, .escape]
    return keys.map { key in
      Binding(
        key.keys, .view(key.keys[0]), key.title, help: key.help, context: panel.title,
        footer: !plain.contains(key.keys[0]))
    }
  }

  private static let typing: [Binding] = [
    Binding([.enter], .accept, "accept", help: "keep the value", context: Context.text),
    Binding([.escape], .cancel, "cancel", help: "keep the value from before", context: Context.text),
  ]

  private static let dialogs: [Binding] = [
    Binding([.enter], .accept, "choose", help: "give the marked answer", context: Context.dialog),
    Binding(
      [.tab, .right, .down, .character("l"), .character("j")], .otherAnswer, "other", help: "go to the next answer",
      context: Context.dialog),
    Binding(
      [.backTab, .left, .up, .character("h"), .character("k")], .previousAnswer, "other back",
      help: "go to the answer before", context: Context.dialog, footer: false),
    Binding(
      [.character("y")], .answer("y"), "yes", help: "leave, open or replace although something is lost",
      context: Context.dialog),
    Binding(
      [.character("s")], .answer("s"), "save", help: "save first, where that is an answer", context: Context.dialog,
      footer: false),
    Binding(
      [.escape, .character("n"), .character("q")], .cancel, "no", help: "change nothing", context: Context.dialog),
    Binding([.enter, .escape, .character("q")], .cancel, "close", help: "close the message", context: Context.message),
    Binding([.enter], .accept, "choose", help: "take the marked entry", context: Context.menu),
    Binding([.escape, .character("q")], .cancel, "close", help: "close the menu", context: Context.menu),
    Binding(
      [.delete], .discard, "delete", help: "delete the marked edits that were kept", context: Context.menu,
      footer: false),
    Binding([.character("/")], .search, "search", help: "narrow the keys that are shown", context: Context.help),
    Binding([.escape, .enter, .character("q")], .cancel, "close", help: "close the help", context: Context.help),
    Binding(
      [.escape, .enter, .character("A"), .character("q")], .cancel, "close", help: "close the analysis",
      context: Context.analysis),
    Binding([.enter], .accept, "do it", help: "do the marked or typed command", context: Context.palette),
    Binding([.up], .up, "up", help: "go to the entry above", context: Context.palette, footer: false),
    Binding([.down], .down, "down", help: "go to the entry below", context: Context.palette, footer: false),
    Binding([.escape], .cancel, "close", help: "close the palette", context: Context.palette),
  ]
}
