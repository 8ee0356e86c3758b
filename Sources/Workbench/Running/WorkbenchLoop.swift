import Scenes
import Screens
import Traces

/// The one loop: waits for events, fetches what the run did, updates the state, performs effects, draws.
///
/// It runs the same on a terminal and on a script. Nothing in it waits for a device.
public final class WorkbenchLoop {
  public private(set) var state: WorkbenchState
  private let terminal: any Terminal
  private let session: any Session
  private let files: SceneFiles
  /// Seconds since some fixed moment; decides how often a running run is drawn.
  private let now: () -> Double
  private var departure: Departure?
  /// A wish to leave that did not come through the terminal.
  private let interruption: () -> Event.Signal?
  private var lastDraw = -Double.infinity
  private var lastDrain = -Double.infinity
  private var isStale = true
  /// When the compilation under way was asked for.
  private var compilingSince: Double?

  /// How long one turn waits for an event.
  public static let turnMilliseconds = 33
  /// How long it waits while a compilation is under way, which is mostly over in no time.
  private static let compilingMilliseconds = 5
  /// Seconds after which a compilation that goes on is told on the screen.
  private static let patienceSeconds = 0.25
  /// The shortest time in seconds between two drawings that only the run's news ask for.
  public static let refreshSeconds = 0.1

  public init(
    _ state: WorkbenchState, terminal: any Terminal, session: any Session, files: SceneFiles,
    interruption: @escaping () -> Event.Signal? = { nil }, now: @escaping () -> Double
  ) {
    self.state = state
    self.terminal = terminal
    self.session = session
    self.files = files
    self.interruption = interruption
    self.now = now
  }

  /// Runs until the workbench is left.
  public func run() -> Departure {
    send(.resized(terminal.size))
    if state.isCompiling { perform(.compile(state.scene)) } else { forecast() }
    while departure == nil {
      takeCompilation()
      if let answer = session.forecasted() {
        send(.forecast(answer.forecast, of: answer.scene))
        isStale = true
      }
      if let timed = session.timedReference() {
        send(.timed(timed))
        isStale = true
      }
      if isStale { draw() }
      guard departure == nil else { break }
      let wait = compilingSince == nil ? Self.turnMilliseconds : Self.compilingMilliseconds
      let event = terminal.nextEvent(timeoutMilliseconds: wait)
      if let event { take(event) }
      if let signal = interruption() { send(.signal(signal)) }
      // Keys go first: who types does not wait for the analysis of a run, and the run is never forgotten for long.
      guard departure == nil, event == nil || now() - lastDrain >= Self.refreshSeconds else { continue }
      if let update = session.drain() { take(update) }
      lastDrain = now()
    }
    // Who leaves of his own accord has decided about his edits.
    if departure == .quit { files.keep(nil, nil) }
    return departure ?? .quit
  }

  private func takeCompilation() {
    if let answer = session.compiled() {
      compilingSince = nil
      isStale = true
      send(.compiled(answer.result, of: answer.scene))
      forecast()
    } else if let since = compilingSince, now() - since >= Self.patienceSeconds, !state.isCompilingLong {
      send(.stillCompiling)
      isStale = true
    }
  }

  private func take(_ event: Event) {
    isStale = true
    switch event {
    case .key(let key): send(.key(key))
    case .mouse(let mouse): send(.mouse(mouse))
    case .paste(let text): send(.pasted(text))
    case .resize(let size): send(.resized(size))
    case .signal(let signal): send(.signal(signal))
    case .endOfInput: departure = .endOfInput
    }
  }

  private func take(_ update: SessionUpdate) {
    let before = state.run?.state
    send(.run(update))
    // Ends and halts are shown at once, progress as often as eyes can use it.
    if before != update.state || now() - lastDraw >= Self.refreshSeconds { isStale = true }
  }

  private func draw() {
    var surface = Surface(terminal.size, glyphs: terminal.glyphs)
    state.draw(into: &surface)
    terminal.draw(surface)
    lastDraw = now()
    isStale = false
  }

  /// Gives a message to the state and performs what follows from it.
  private func send(_ message: WorkbenchMessage) {
    for effect in state.update(message) { perform(effect) }
  }

  /// Has the scene on screen simulated.
  private func forecast() {
    if !state.isCompiling, let plan = state.compilation.plan {
      session.forecast(plan, clock: state.clock(of: plan.scene))
    }
  }

  private func perform(_ effect: Effect) {
    switch effect {
    case .compile(let scene):
      files.keep(state.unsavedScene, state.path)
      compilingSince = now()
      session.compile(scene, asking: state.inquiries)
    case .forecast: forecast()
    case .reference: timeReference()
    case .start(let scene, let paused): start(scene, paused: paused)
    case .pauseRun: session.pause()
    case .resumeRun: session.resume()
    case .step(let count): session.step(count)
    case .stopRun: session.stop()
    case .resetRun: session.reset()
    case .loadScene(let name):
      attempt("Cannot open \(name)") {
        let (scene, path) = try files.load(name)
        send(.loaded(scene, path: path))
      }
    case .saveScene(let order):
      attempt("Cannot save \(order.path)") {
        if let obstacle = try files.save(order) { return send(.notSaved(order, obstacle)) }
        send(.saved(order))
        files.keep(state.unsavedScene, state.path)
      }
    case .recover(let id):
      attempt("Cannot open the kept edits") {
        let (scene, path) = try files.recover(id)
        send(.recovered(scene, path: path, id: id))
        files.keep(state.unsavedScene, state.path)
        files.discard(id)
      }
    case .discard(let id): files.discard(id)
    case .redraw: terminal.redraw()
    case .suspend: terminal.suspend()
    case .quit(let why): departure = why
    }
  }

  private func start(_ scene: Scene, paused: Bool) {
    // The state asks for a run of the scene that it has the plan of.
    guard let plan = state.compilation.plan, plan.scene == scene else { return }
    attempt("Cannot run the scene") {
      try session.start(plan, clock: state.clock(of: plan.scene), paused: paused)
      send(.started(plan, paused: paused))
    }
  }

  private func timeReference() {
    guard let plan = state.compilation.plan else { return }
    let clock = state.clock(of: plan.scene)
    do {
      try session.timeReference(plan, clock: clock)
    } catch {
      let key = ReferenceKey(plan.program, clock: clock, cores: state.cores)
      send(.timed(TimedReference(key: key, reference: nil, problem: "\(error)")))
    }
  }

  private func attempt(_ title: String, _ action: () throws -> Void) {
    do {
      try action()
    } catch {
      send(.failed(title: title, text: "\(error)"))
    }
  }
}
