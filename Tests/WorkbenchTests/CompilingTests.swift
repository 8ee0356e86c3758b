import Scenes
import Screens
import Testing

@testable import Workbench

/// A compilation that takes its time stops nobody.
struct CompilingTests {
  private func slow(_ turns: Int) -> FakeSession {
    let session = FakeSession()
    session.compilingTurns = turns
    return session
  }

  @Test func keysCountWhileASceneIsCompiled() throws {
    let session = slow(1000)
    let end = try WorkbenchRig.play(
      "keys 2 down down down down down\nkeys x 1 x x ?\nuntil Keys\nkeys q\nuntil COMPILING\nscreen it\nkeys ctrl-c ctrl-c",
      size: Size(width: 120, height: 40), session: session)
    #expect(end.departure == .quit)
    #expect(end.state.layerNames.count == 3)
    // Numbers of the scene before do not stand beside this one.
    let screen = try #require(end.terminal.captures.first).surface
    #expect(screen.shows("the scene is being compiled") && !screen.shows("by formula"))
  }

  @Test func theLatestSceneCounts() throws {
    let session = slow(3)
    let end = try WorkbenchRig.play("keys x x\nwait 12", session: session)
    #expect(session.compilations.count == 2)
    #expect(end.state.compilation.plan?.scene == end.state.scene && !end.state.isCompiling)
    // An answer about another scene is none.
    var state = WorkbenchState.small()
    _ = state.update(.key(.character("x")))
    _ = state.update(.compiled(Compilation(WorkbenchRig.scene()), of: WorkbenchRig.scene()))
    #expect(state.isCompiling)
  }

  @Test func aRunBeginsWhenTheSceneIsCompiled() throws {
    let session = slow(20)
    let end = try WorkbenchRig.play("keys c r\nuntil the run begins when\nuntil FINISHED", session: session)
    #expect(end.state.run?.scene == end.state.scene && end.state.scene.network.layers.count == 6)
    let stepped = slow(20)
    _ = try WorkbenchRig.play("keys c s\nuntil step 1 of 6", session: stepped)
    #expect(stepped.calls == ["start data(exchange=ring) paused", "step 1"])
    // Not when it was taken back, or edited again.
    for keys in ["c r S", "c r u"] {
      let session = slow(5)
      _ = try WorkbenchRig.play("keys \(keys)\nwait 20", session: session)
      #expect(session.calls.isEmpty, "\(keys)")
    }
    let refused = try WorkbenchRig.play("keys x x x x x r\nuntil cannot run", session: slow(5))
    #expect(refused.state.phase == .refused)
  }

  @Test func theFirstSceneIsCompiledByTheLoopToo() throws {
    let session = slow(5)
    let terminal = HeadlessTerminal(
      script: try TerminalScript("until COMPILING\nuntil READY\nkeys r\nuntil FINISHED"), turnMilliseconds: 0)
    let loop = WorkbenchLoop(
      WorkbenchState(WorkbenchRig.scene(), cores: 4, compiles: false), terminal: terminal, session: session,
      files: WorkbenchRig.Shelf().files, now: { 0 })
    _ = loop.run()
    #expect(terminal.failures.isEmpty)
  }
}
