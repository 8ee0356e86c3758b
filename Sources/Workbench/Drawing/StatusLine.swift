import Screens

/// The first row: scene, state of the run, speed, loss and accuracy. What has no room goes from the right, the
/// display's
/// pause last.
struct StatusLine: Widget {
  private let parts: [Line]
  private let pause: Line?

  init(_ state: WorkbenchState) {
    var parts = [Line(" \(state.scene.name)\(state.isEdited ? "*" : "")", role: .title)]
    let phase = state.phase
    let diverged = state.shownRun?.divergedStep
    parts.append(Line(phase.rawValue, role: diverged == nil ? Self.role(of: phase) : .warning))
    if let diverged {
      parts.append(Line("\(phase == .diverged ? "" : "diverged ")at step \(diverged)", role: .warning))
    }
    if let run = state.shownRun {
      parts.append(Line("step \(run.doneSteps) of \(run.totalSteps)"))
      if let measured = state.shown {
        parts.append(Line("loss \(Format.number(measured.learning.latestLoss))"))
        parts.append(Line("test \(Format.percent(measured.testAccuracy))"))
        parts.append(Line(Format.rate(measured.samplesPerSecond, of: "samples")))
        if let epoch = measured.learning.epoch { parts.append(Line("epoch \(epoch)")) }
        parts.append(Line("clock \(measured.clock.rawValue)", role: .dim))
      }
    } else if !state.isCompilingLong, let plan = state.compilation.plan {
      parts.append(Line("\(Format.count(plan.program.graph.parameterCount)) parameters"))
      if let steps = plan.steps { parts.append(Line("\(steps) steps")) }
    }
    self.parts = parts
    pause = state.isDisplayPaused ? Line("[PAUSED]", role: .warning) : nil
  }

  private static func role(of phase: RunPhase) -> Role {
    switch phase {
    case .ready, .finished, .running: .good
    case .compiling: .accent
    case .halted, .stopping, .stopped, .diverged: .warning
    case .refused, .failed: .error
    }
  }

  func draw(into surface: inout Surface, in rect: Rect) {
    let reserved = pause.map { $0.columns + 1 } ?? 0
    var x = rect.x
    for part in parts {
      guard x + part.columns + reserved <= rect.maxX || x == rect.x else { break }
      x += part.draw(into: &surface, x: x, y: rect.y, limit: rect.maxX - reserved - x) + 2
    }
    if let pause { pause.draw(into: &surface, x: rect.maxX - reserved, y: rect.y, limit: reserved) }
  }
}

/// The second row: the answer to the last key, or what is worth knowing about run and machine.
struct NotesLine: Widget {
  private let parts: [Line]

  init(_ state: WorkbenchState) {
    var parts: [Line] = []
    if let note = state.note { parts.append(note) } else if let kept = state.keptEditsNote { parts.append(kept) }
    if state.shownRun?.divergedStep != nil {
      parts.append(Line("the loss is no number any more: a lower rate may help", role: .warning))
    }
    if state.isEditedSinceRun { parts.append(Line("edited: press r to start anew", role: .warning)) }
    if case .failed? = state.shownRun?.state { parts.append(Line("the run failed: X resets", role: .error)) }
    // What the marked value means goes before what is always so: the line is short and cut on the right.
    if let hint = state.fieldHint { parts.append(Line(hint, role: .dim)) }
    let devices = state.run?.scene.machine.devices ?? state.scene.machine.devices
    if devices > state.cores {
      let numbers = "\(devices) devices on \(state.cores) core\(state.cores == 1 ? "" : "s")"
      let isVirtual = (state.run?.clock ?? state.clock(of: state.scene)) == .virtual
      parts.append(
        isVirtual ? Line("virtual clock: \(numbers)") : Line("oversubscribed: \(numbers)", role: .warning))
    }
    if state.fieldHint == nil {
      parts.append(Line((state.run?.scene ?? state.scene).strategy.description.replacing("\n", with: "; "), role: .dim))
    }
    self.parts = parts
  }

  func draw(into surface: inout Surface, in rect: Rect) {
    var x = rect.x + 1
    for part in parts {
      guard x < rect.maxX else { return }
      x += part.draw(into: &surface, x: x, y: rect.y, limit: rect.maxX - x) + 2
    }
  }
}

/// The last row: the keys that count now; help and quit always have room.
struct FooterLine: Widget {
  private let entries: [KeyFooter.Entry]
  private let pinned: [KeyFooter.Entry]

  init(_ state: WorkbenchState) {
    let all = WorkbenchKeys.map.footer(in: state.contexts).entries
    let quit = KeyFooter.Entry(keys: [.control("c")], title: "quit")
    // In text fields letters are typed, and over the panels `q` closes what is there; only Ctrl-C leaves.
    let leaving = all.first { $0.keys == [.character("q")] } ?? quit
    pinned = all.filter { $0.keys == [.character("?")] } + [leaving]
    entries = all.filter { [pinned] in !pinned.contains($0) }
  }

  func draw(into surface: inout Surface, in rect: Rect) {
    let width = pinned.reduce(0) { $0 + $1.keys[0].label(surface.glyphs).columns + 1 + $1.title.columns + 2 }
    // One blank keeps the pinned keys apart from the others.
    let parts = rect.columns([.share(), .fixed(width)], gap: 1)
    KeyFooter(entries).draw(into: &surface, in: parts[0].dropping(columns: 1))
    KeyFooter(pinned).draw(into: &surface, in: parts[1])
  }
}
