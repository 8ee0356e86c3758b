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
  static func open(_ scene: Scene, look: Look, headless: String) throws {
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
    let engine = WorkbenchEngine(forecaster)
    let loop = loop(scene, terminal: terminal, engine: engine, forecaster, clock: look.clock) {
      guard wish.isGiven.load(ordering: .relaxed) else { return nil }
      return Signals.finish() == .interrupted ? .interrupt : .terminate
    }
    let departure = loop.run()
    terminal.close()
    engine.finish()
    if let report = loop.state.report { try Console.output(ReportText(report).text) }
    guard let status = Status(rawValue: departure.exitCode) else { exit(departure.exitCode) }
    if status != .fine { throw Failure(status) }
  }

  /// Runs the workbench from a script of keys and prints the screens that it names.
  ///
  /// - Throws: a script that cannot be read, or a wait of it that did not come true.
  static func play(_ script: String, scene: Scene, size: Size, look: Look) throws {
    let steps: TerminalScript
    do {
      steps = try TerminalScript(script)
    } catch {
      throw Failure(.wrongInput, "error: \(error)")
    }
    let terminal = HeadlessTerminal(script: steps, size: size, glyphs: look.glyphs ?? .unicode)
    let forecaster = Forecaster.ofThisMachine
    let engine = WorkbenchEngine(forecaster)
    let loop = loop(scene, terminal: terminal, engine: engine, forecaster, clock: look.clock)
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

  private static func loop(
    _ scene: Scene, terminal: any Terminal, engine: WorkbenchEngine, _ forecaster: Forecaster, clock: Clock?,
    interruption: @escaping () -> Event.Signal? = { nil }
  ) -> WorkbenchLoop {
    let presets = SceneLibrary.presets.map { WorkbenchState.Preset(name: $0.name, about: $0.about) }
    let state = WorkbenchState(
      scene, size: terminal.size, cores: ProcessInfo.processInfo.activeProcessorCount, presets: presets,
      inquiries: Inquiries(
        workspaceWords: { KernelWorkspace.words(of: $0) }, layerSeconds: { forecaster.layerSeconds(of: $0, $1) },
        analysisContext: { RunAnalysis.context(of: $0, scene: $1, forecaster, clock: $2) }), clock: clock)
    return WorkbenchLoop(
      state, terminal: terminal, session: engine, files: .disk, interruption: interruption,
      now: { ProcessInfo.processInfo.systemUptime })
  }
}

extension SceneFiles {
  /// Presets by name, and files.
  fileprivate static var disk: SceneFiles {
    SceneFiles(
      load: { try SceneLibrary.scene($0) },
      save: { scene, path, replacing in
        if !replacing, FileManager.default.fileExists(atPath: path.withHome) { return false }
        // The screen has standard output.
        let file = try OutputFile(path, dash: false)
        file.write(scene.yaml)
        try file.finish()
        return true
      })
  }
}
