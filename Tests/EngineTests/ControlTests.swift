import Networks
import Testing

@testable import Engine

@Suite struct ControlTests {
  @Test func pausedRunStepsAsOftenAsAsked() throws {
    let run = try makeRun(HandBuilt.ring(), length: .steps(100))
    run.start(paused: true)
    run.waitWhileRunning()
    #expect(run.drain().steps.isEmpty)
    run.step(3)
    run.waitWhileRunning()
    var news = run.drain()
    #expect(news.state == .paused)
    #expect(news.steps.map(\.step) == [0, 1, 2])
    run.step()
    run.waitWhileRunning()
    news = run.drain()
    #expect(news.steps.map(\.step) == [3])
    run.resume()
    run.wait()
    news = run.drain()
    #expect(news.state == .finished)
    #expect(news.steps.map(\.step) == Array(4..<100))
  }

  @Test func pausingChangesNothing() throws {
    let (straight, _) = try train(HandBuilt.ring(), length: .steps(30))
    let run = try makeRun(HandBuilt.ring(), length: .steps(30))
    run.start()
    for _ in 0..<4 {
      run.pause()
      run.waitWhileRunning()
      run.resume()
    }
    run.wait()
    #expect(run.parameters() == straight.parameters())
    let segments = run.drain().segments
    #expect(segments.first?.steps.lowerBound == 0)
    #expect(segments.last?.steps.upperBound == 30)
    for (a, b) in zip(segments, segments.dropFirst()) {
      #expect(a.steps.upperBound == b.steps.lowerBound)
      #expect(a.begin < a.end && a.end <= b.begin)
    }
  }

  @Test func stoppingEndsAfterACommonStep() throws {
    let run = try makeRun(HandBuilt.ring(), length: .steps(1_000_000))
    run.start()
    run.step(50)
    run.waitWhileRunning()
    run.resume()
    run.stop()
    run.wait()
    let news = run.drain()
    #expect(news.state == .stopped)
    #expect(news.steps.count >= 50)
    #expect(news.steps.map(\.step) == Array(0..<news.steps.count))
    #expect(news.segments.last?.steps.upperBound == news.steps.count)
    // Both devices hold the same parameters: the model is that of a run of so many steps.
    let (reference, _) = try train(HandBuilt.ring(), length: .steps(news.steps.count))
    #expect(run.parameters() == reference.parameters())
  }

  @Test func secondStopEndsAtOnce() throws {
    let run = try makeRun(HandBuilt.pipeline(microbatches: 3, capacity: 1), length: .steps(1_000_000))
    run.start()
    run.stop()
    run.stop()
    run.wait()
    #expect(run.state == .stopped)
  }

  @Test func parametersAreReadWhileRunning() throws {
    let run = try makeRun(HandBuilt.ring(), length: .steps(1_000_000))
    let initial = run.parameters()
    run.start(paused: true)
    run.step(5)
    run.waitWhileRunning()
    let (reference, _) = try train(HandBuilt.ring(), length: .steps(5))
    let early = run.parameters()
    #expect(early == reference.parameters())
    #expect(early != initial)
    run.resume()
    #expect(run.parameters().map(\.name) == initial.map(\.name))
    run.stop()
    run.wait()
  }

  @Test func runThatNobodyHoldsEnds() throws {
    let program = HandBuilt.ring()
    var run: TrainingRun? = try makeRun(program, length: .steps(1_000_000))
    weak let watched = run
    run?.start()
    run = nil
    #expect(watched == nil)
  }
}
