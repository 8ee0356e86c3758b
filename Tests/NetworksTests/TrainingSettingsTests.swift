import Foundation
import Networks
import Testing

@Suite struct TrainingSettingsTests {
  @Test func constantRate() {
    let schedule = RateSchedule(rate: 0.1)
    for step in [0, 1, 99, 1_000_000] { #expect(schedule.rate(at: step, of: 100) == 0.1) }
  }

  @Test func stepRateFallsAfterEveryInterval() {
    let schedule = RateSchedule(rate: 8, shape: .step(every: 3, factor: 0.5))
    #expect((0..<8).map { schedule.rate(at: $0, of: 100) } == [8, 8, 8, 4, 4, 4, 2, 2])
  }

  /// `0.5 · 0.999999^n` by logarithms; with a product per drop the last one would take a billion multiplications.
  @Test func lateStepsCostNoMoreThanEarlyOnes() {
    let schedule = RateSchedule(rate: 0.5, shape: .step(every: 1, factor: 0.999999))
    let factor = Double(Float(0.999999))
    for step in [1, 1000, 1_000_000, 10_000_000] {
      let wanted = 0.5 * exp(Double(step) * log(factor))
      #expect(abs(Double(schedule.rate(at: step, of: .max)) - wanted) <= 1e-6 * wanted)
    }
    #expect(schedule.rate(at: 4_000_000_000_000_000_000, of: .max) == 0)
  }

  @Test func cosineGoesFromFullToFinal() {
    let schedule = RateSchedule(rate: 2, shape: .cosine(final: 0.1))
    #expect(schedule.rate(at: 0, of: 10) == 2)
    #expect(abs(schedule.rate(at: 5, of: 10) - 1.1) < 1e-6)
    #expect(abs(schedule.rate(at: 10, of: 10) - 0.2) < 1e-6)
    #expect(abs(schedule.rate(at: 50, of: 10) - 0.2) < 1e-6)
    let rates = (0...10).map { schedule.rate(at: $0, of: 10) }
    #expect(zip(rates, rates.dropFirst()).allSatisfy { $0 > $1 })
  }

  @Test func warmupGrowsLinearlyAndDelaysTheShape() {
    let schedule = RateSchedule(rate: 1, shape: .step(every: 2, factor: 0.5), warmup: 3)
    #expect((0..<8).map { schedule.rate(at: $0, of: 100) } == [0.25, 0.5, 0.75, 1, 1, 0.5, 0.5, 0.25])
    let cosine = RateSchedule(rate: 1, shape: .cosine(), warmup: 4)
    #expect(cosine.rate(at: 4, of: 8) == 1)
    #expect(abs(cosine.rate(at: 6, of: 8) - 0.5) < 1e-6)
    // A run that ends inside the warmup divides by nothing.
    #expect(cosine.rate(at: 1, of: 2) == 0.4)
  }

  @Test func epochsDropAnIncompleteBatch() {
    func settings(_ length: TrainingSettings.Length, batch: Int = 64) -> TrainingSettings {
      TrainingSettings(batch: batch, length: length, rate: RateSchedule(rate: 0.1))
    }
    #expect(settings(.steps(17)).steps(samples: 10) == 17)
    #expect(settings(.epochs(3)).steps(samples: 1442) == 66)
    #expect(settings(.epochs(3)).steps(samples: 63) == 0)
    #expect(settings(.epochs(3), batch: 0).steps(samples: 63) == 0)
  }

  @Test func optimizersKeepTheirState() {
    let counts = [Optimizer.sgd, .momentum(0.9), .nesterov(0.9), .adagrad(), .adam()].map(\.stateCount)
    #expect(counts == [0, 1, 1, 1, 2])
  }
}
