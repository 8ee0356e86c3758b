import Scenes
import Screens
import Traces

/// How the workbench reads and writes scenes; tests use others than the disk.
public struct SceneFiles {
  /// Reads a preset by name, or a file by path.
  public var load: (String) throws -> Scene
  /// Writes a scene; returns false where the file exists and may not be replaced.
  public var save: (Scene, _ path: String, _ replacing: Bool) throws -> Bool

  public init(
    load: @escaping (String) throws -> Scene, save: @escaping (Scene, _ path: String, _ replacing: Bool) throws -> Bool
  ) {
    self.load = load
    self.save = save
  }
}

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

  /// How long one turn waits for an event.
  public static let turnMilliseconds = 33
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
    forecast()
    while departure == nil {
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
      let event = terminal.nextEvent(timeoutMilliseconds: Self.turnMilliseconds)
      if let event { take(event) }
      if let signal = interruption() { send(.signal(signal)) }
      // Keys go first: who types does not wait for the analysis of a run, and the run is never forgotten for long.
      guard departure == nil, event == nil || now() - lastDrain >= Self.refreshSeconds else { continue }
      if let update = session.drain() { take(update) }
      lastDrain = now()
    }
    return departure ?? .quit
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
    if let plan = state.compilation.plan { session.forecast(plan, clock: state.clock(of: plan.scene)) }
  }

  private func perform(_ effect: Effect) {
    switch effect {
    case .compile(let scene):
      send(.compiled(Compilation(scene, asking: state.inquiries)))
      forecast()
    case .forecast: forecast()
    case .reference: timeReference()
    case .start(let scene, let paused): start(scene, paused: paused)
    case .pauseRun: session.pause()
    case .resumeRun: session.resume()
    case .step(let count): session.step(count)
    case .stopRun: session.stop()
    case .resetRun: session.reset()
    case .loadScene(let name):
      attempt("Cannot open \(name)") { send(.loaded(try files.load(name))) }
    case .saveScene(let scene, let path, let replacing):
      attempt("Cannot save \(path)") {
        send(try files.save(scene, path, replacing) ? .saved(scene, path: path) : .exists(path: path))
      }
    case .redraw: terminal.redraw()
    case .suspend: terminal.suspend()
    case .quit(let why): departure = why
    }
  }

  private func start(_ scene: Scene, paused: Bool) {
    attempt("Cannot run the scene") {
      let known = state.compilation.plan.flatMap { $0.scene == scene ? $0 : nil }
      let plan = try known ?? ScenePlan(scene, asking: state.inquiries)
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
