import CursesTerminal
import Diagnostics
import Engine
import Exploration
import Files
import Foundation
import Scenes
import Screens
import Synchronization
import Traces
import Workbench

/// Where terminal, workbench and engine meet.
enum WorkbenchSession {
  /// How the screen looks.
  struct Look {
    var theme = Theme.dark
    var glyphs: GlyphSet?
    var hasColours = true
    var hasMouse = true
    /// Whose time runs are told in; nil for the one that suits devices and cores.
    var clock: Clock?
  }

  /// Takes the screen and runs the workbench until its user quits, then prints what was measured.
  ///
  /// - Throws: why there is no screen to take, naming the headless command, or the signal that ended it.
  static func open(_ scene: Scene, path: String?, look: Look, headless: String) throws {
    let kept = KeptEditsFolder()
    let files = WorkbenchFiles(kept: kept)
    if let path { files.note(path) }
    // A signal ends the loop, whichever handler it reaches: the screen's, or the program's own.
    let wish = Wish()
    Signals.forward { wish.isGiven.store(true, ordering: .relaxed) }
    let terminal: CursesTerminal
    do {
      terminal = try CursesTerminal(
        CursesTerminal.Options(
          theme: look.theme, colours: look.hasColours ? nil : ColourDepth.none, glyphs: look.glyphs,
          mouse: look.hasMouse))
    } catch {
      throw Failure(
        .cannotRunHere, "error: \(error)\n  hint: \(error.hint); '\(headless)' trains without a screen")
    }
    let forecaster = Forecaster.ofThisMachine
    let engine = WorkbenchEngine(forecaster, patience: .milliseconds(15))
    let state = state(scene, path, size: terminal.size, forecaster, clock: look.clock, keptEdits: kept?.left() ?? [])
    let loop = loop(state, terminal: terminal, engine: engine, files: files) {
      guard wish.isGiven.load(ordering: .relaxed) else { return nil }
      return Signals.finish() == .interrupted ? .interrupt : .terminate
    }
    let departure = loop.run()
    terminal.close()
    kept?.finish()
    engine.finish()
    if let report = loop.state.report { try Console.output(ReportText(report).text) }
    guard let status = Status(rawValue: departure.exitCode) else { exit(departure.exitCode) }
    if status != .fine { throw Failure(status) }
  }

  /// Runs the workbench from a script of keys and prints the screens that it names.
  ///
  /// - Throws: a script that cannot be read, or a wait of it that did not come true.
  static func play(_ script: String, scene: Scene, path: String?, size: Size, look: Look) throws {
    let steps: TerminalScript
    do {
      steps = try TerminalScript(script)
    } catch {
      throw Failure(.wrongInput, "error: \(error)")
    }
    let terminal = HeadlessTerminal(script: steps, size: size, glyphs: look.glyphs ?? .unicode)
    let forecaster = Forecaster.ofThisMachine
    // A script's screens show what is, and not what is coming.
    let engine = WorkbenchEngine(forecaster, patience: nil)
    let files = WorkbenchFiles(kept: nil)
    if let path { files.note(path) }
    let state = state(scene, path, size: terminal.size, forecaster, clock: look.clock)
    let loop = loop(state, terminal: terminal, engine: engine, files: files)
    terminal.condition = { [unowned loop] name in loop.state.phase.rawValue.lowercased() == name }
    _ = loop.run()
    engine.finish()
    try Console.output(terminal.transcript)
    if !terminal.failures.isEmpty {
      throw Failure(.gateNotMet, terminal.failures.map { "error: \($0)" }.joined(separator: "\n"))
    }
  }

  /// Set by a signal, read by the loop.
  private final class Wish: Sendable {
    let isGiven = Atomic(false)
  }

  private static func state(
    _ scene: Scene, _ path: String?, size: Size, _ forecaster: Forecaster, clock: Clock?,
    keptEdits: [KeptEdits] = []
  ) -> WorkbenchState {
    let presets = SceneLibrary.presets.map { WorkbenchState.Preset(name: $0.name, about: $0.about) }
    return WorkbenchState(
      scene, path: path, size: size, cores: ProcessInfo.processInfo.activeProcessorCount,
      presets: presets, keptEdits: keptEdits,
      inquiries: Inquiries(
        workspaceWords: { KernelWorkspace.words(of: $0) }, layerSeconds: { forecaster.layerSeconds(of: $0, $1) },
        analysisContext: { RunAnalysis.context(of: $0, scene: $1, forecaster, clock: $2) }), clock: clock,
      compiles: false)
  }

  private static func loop(
    _ state: WorkbenchState, terminal: any Terminal, engine: WorkbenchEngine, files: WorkbenchFiles,
    interruption: @escaping () -> Event.Signal? = { nil }
  ) -> WorkbenchLoop {
    WorkbenchLoop(
      state, terminal: terminal, session: engine, files: files.files, interruption: interruption,
      now: { ProcessInfo.processInfo.systemUptime })
  }
}
