import Networks
import Testing

@testable import Scenes

/// A rate that the scene does not give is the optimizer's usual one, and follows the optimizer.
@Suite struct StandardRateTests {
  @Test(arguments: [("sgd", Float(0.01)), ("sgd, momentum: 0.9", 0.01), ("adam", 0.001), ("adagrad", 0.01)])
  func everyOptimizerHasOne(optimizer: String, rate: Float) throws {
    let scene = try Scene(yaml: sceneText(training: "{batch: 8, optimizer: \(optimizer)}"))
    #expect(scene.training.givenRate == nil)
    #expect(scene.training.rate == RateSchedule(rate: rate))
    #expect(!scene.yaml.contains("rate:"))
    #expect(try Scene(yaml: scene.yaml) == scene)
  }

  @Test func theRateFollowsTheOptimizer() throws {
    let scene = try Scene(yaml: sceneText(training: "{batch: 8}"))
    #expect(try scene.applying([SceneOverride(parsing: "training.optimizer=adam")]).training.rate.rate == 0.001)
  }

  @Test func aGivenRateStaysAsItIs() throws {
    let scene = try Scene(yaml: sceneText(training: "{batch: 8, rate: 0.01}"))
    #expect(scene.training.givenRate == RateSchedule(rate: 0.01))
    #expect(scene.yaml.contains("rate: 0.01"))
  }

  @Test func aScheduleMayLeaveTheRateOut() throws {
    let scene = try Scene(yaml: sceneText(training: "{batch: 8, optimizer: adam, rate: {schedule: cosine, warmup: 3}}"))
    #expect(scene.training.rate == RateSchedule(rate: 0.001, shape: .cosine(final: 0), warmup: 3))
  }
}
