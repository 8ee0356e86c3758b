import Screens

/// What keys, the palette and the mouse can ask the workbench to do.
public enum WorkbenchAction: Hashable, Sendable {
  // The program
  case quit, help, palette, redraw, suspend
  // Panels
  case focus(PanelKind)
  case nextPanel, previousPanel, expand, back
  // The run
  case run, pauseDisplay, pauseRun, step, stop, reset, clock
  /// Serial steps to compare with.
  case reference
  /// What limits the run, and who keeps whom waiting.
  case analysis
  // The scene
  case openScene, saveScene, undo, redo
  /// A kind of strategy with its default options.
  case chooseStrategy(String)
  // Who holds what
  case owners, nextLayer, previousLayer
  // The schedule in slots
  case slots
  // Lists and fields
  case up, down, pageUp, pageDown, top, bottom
  case increase, decrease, edit
  // The network
  case addLayer, removeLayer, moveLayerUp, moveLayerDown, duplicateLayer, toggleTree
  // Dialogs and text
  case accept, cancel, search, otherAnswer, previousAnswer
  /// The answer of a question that has this letter.
  case answer(Character)
  /// Deletes the marked kept edits.
  case discard
  /// A key of a measurement panel, handled by the panel's view.
  case view(Key)
}
