import Checkpoints
import Datasets
import Diagnostics
import Networks
import Testing

@testable import Engine

@Suite struct EvaluationTests {
  /// The tests' network computed the plain way.
  private func outputs(_ x: ArraySlice<Float>, _ model: [String: [Float]]) -> [Float] {
    func linear(_ x: [Float], _ name: String) -> [Float] {
      let (weight, bias) = (model["\(name).weight"]!, model["\(name).bias"]!)
      return bias.indices.map { row in
        zip(weight[row * x.count..<(row + 1) * x.count], x).reduce(bias[row]) { $0 + $1.0 * $1.1 }
      }
    }
    return linear(linear(Array(x), "linear1").map { max($0, 0) }, "linear2")
  }

  @Test func everyEpochAndTheEndAreEvaluated() throws {
    let (_, news) = try train(HandBuilt.ring(), length: .steps(13), inference: HandBuilt.inference())
    // 60 samples are 5 batches of 12.
    #expect(news.evaluations.map(\.steps) == [5, 10, 13])
    #expect(news.evaluations.map(\.epochs) == [1, 2, 2.6])
    #expect(news.segments.map(\.steps) == [0..<5, 5..<10, 10..<13])
    let last = try #require(news.evaluations.last)
    let recent = news.steps.suffix(3)
    #expect(abs(last.trainLoss - recent.map(\.loss).reduce(0, +) / 3) < 1e-12)
    let accuracies = recent.compactMap(\.accuracy)
    #expect(abs(try #require(last.trainAccuracy) - accuracies.reduce(0, +) / 3) < 1e-12)
  }

  @Test func lastBatchCountsOnlyItsSamples() throws {
    let dataset = try HandBuilt.dataset()
    let whole = try #require(dataset.test)
    let count = min(whole.count, 12 + 5)
    let test = SampleSet(
      shape: whole.shape, features: Array(whole.features.prefix(2 * count)),
      targets: Array(whole.targets.prefix(count)), classes: whole.classes)
    let (run, news) = try train(
      HandBuilt.serial(), length: .epochs(2), inference: HandBuilt.inference(),
      dataset: Dataset(name: "part", train: dataset.train, test: test, provenance: "test"))
    let model = Dictionary(uniqueKeysWithValues: run.parameters().map { ($0.name, $0.values) })
    var correct = 0
    for sample in 0..<count {
      let y = outputs(test.features[test.range(of: sample)], model)
      if y.firstIndex(of: y.max()!) == Int(test.targets[sample]) { correct += 1 }
    }
    let last = try #require(news.evaluations.last)
    #expect(last.testAccuracy == Double(correct) / Double(count))
    #expect(try #require(last.testLoss) > 0)
  }

  @Test func withoutTestSetNothingIsClaimed() throws {
    let (_, news) = try train(HandBuilt.serial(), length: .epochs(1))
    #expect(news.evaluations.count == 1)
    #expect(news.evaluations[0].testAccuracy == nil)
    #expect(news.evaluations[0].testLoss == nil)
  }
}

@Suite struct ModelParameterTests {
  @Test func cutAndPasteAreInverse() {
    let shape = [3, 4, 2]
    let values = (0..<24).map(Float.init)
    let boxes: [[Range<Int>]] = [
      [0..<3, 0..<1, 0..<2], [0..<1, 1..<4, 0..<2], [1..<3, 1..<4, 0..<1], [1..<3, 1..<4, 1..<2],
    ]
    var whole = [Float](repeating: -1, count: 24)
    for box in boxes {
      ParameterBoxes.paste(
        ParameterBoxes.cut(values, shape: shape, ranges: box), into: &whole, shape: shape, ranges: box)
    }
    #expect(whole == values)
    #expect(ParameterBoxes.cut(values, shape: shape, ranges: [1..<2, 2..<4, 1..<2]) == [13, 15])
  }

  @Test func givenParametersAreUsed() throws {
    let (run, _) = try train(HandBuilt.serial())
    let trained = run.parameters()
    let next = try makeRun(HandBuilt.pipeline(microbatches: 2, capacity: 2), initialParameters: trained)
    #expect(next.parameters() == trained)
  }

  @Test func allProblemsAreToldAtOnce() throws {
    var tensors = try makeRun(HandBuilt.serial()).parameters()
    tensors[0].shape = [2, 8]
    tensors[1].name = "linear9.bias"
    tensors.append(tensors[2])
    let problems = try #require(
      #expect(throws: DiagnosticList.self) { try makeRun(HandBuilt.serial(), initialParameters: tensors) })
    let text = "\(problems)"
    #expect(problems.all.count == 4)
    #expect(text.contains("'linear1.weight' is [2, 8]"))
    #expect(text.contains("have no 'linear1.bias'"))
    #expect(text.contains("no parameter 'linear9.bias'"))
    #expect(text.contains("'linear2.weight' is there 2 times"))
  }
}
