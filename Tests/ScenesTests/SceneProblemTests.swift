import Diagnostics
import Testing

@testable import Scenes

/// What a wrong scene is told. The lines of ``sceneText(input:layers:data:training:rest:)`` are: 2 input, 4… layers,
/// then data, training and the rest.
@Suite struct SceneProblemTests {
  @Test func everyProblemIsReportedAtOnce() {
    let text = """
      name: broken
      networc: 3
      network:
        input: [1, 8, 8]
        layers:
          - conv: {outputs: sixteen, kernel: 3, paddding: same}
          - flatten
          - linear: {}
        loss: crossEntropy
      data: {set: digitz}
      training: {batch: 0, epochs: 3, optimizer: sgd, momentum: fast}
      machine: {devices: four, link: 20us}
      strategy: data(exchange=rings)
      """
    let found = problems(text)
    let places = found.map { "\($0.location?.line ?? 0) \($0.path ?? "")" }
    #expect(
      Set(places) == [
        "2 networc", "6 network.layers[0].conv.outputs", "6 network.layers[0].conv.paddding",
        "8 network.layers[2].linear",
        "9 network.loss", "10 data.set", "11 training.batch", "11 training.momentum",
        "12 machine.devices",
        "12 machine.link", "13 strategy",
      ])
    #expect(found.map { $0.location?.line ?? 0 } == found.map { $0.location?.line ?? 0 }.sorted())
    func hint(_ path: String) -> String? { found.first { $0.path == path }?.hint }
    #expect(hint("networc") == "did you mean 'network'?")
    #expect(hint("network.layers[0].conv.paddding") == "did you mean 'padding'?")
    #expect(hint("data.set") == "did you mean 'digits'?")
    #expect(hint("network.loss") == "did you mean 'softmaxCrossEntropy'?")
  }

  @Test(arguments: [
    ("conv: {outputs: 4, kernel: 12}", "network.layers[0]", "does not fit"),
    ("conv: {outputs: 4}", "network.layers[0].conv", "'kernel' is missing"),
    ("maxPool", "network.layers[0]", "'size' of maxPool is missing"),
    ("conv: 3", "network.layers[0].conv", "expected a mapping"),
    (
      "conv: {outputs: 4, kernel: 3, stride: 2, padding: same}", "network.layers[0].conv.padding", "needs a stride of 1"
    ),
    ("conv: {outputs: 4, kernel: 3, padding: [1, 2, 3]}", "network.layers[0].conv.padding", "a list of 3"),
    ("conv: {outputs: \"4\", kernel: 3}", "network.layers[0].conv.outputs", "expected a whole number, found '4'"),
    (
      "conv: {outputs: 99999999999999999999, kernel: 3}", "network.layers[0].conv.outputs",
      "expected at most 1048576, found 99999999999999999999"
    ),
    (
      "conv: {outputs: 4, kernel: 3, padding: -99999999999999999999}", "network.layers[0].conv.padding",
      "expected at least 0, found -99999999999999999999"
    ),
    ("conv: {outputs: 4, kernel: 3, tile: 0}", "network.layers[0].conv.tile", "expected at least 1, found 0"),
    ("conv: {outputs: 4, kernel: 3, tile: whole}", "network.layers[0].conv.tile", "found 'whole'"),
    ("conv: {outputs: 4, kernel: 3, tile: [1, 2, 3]}", "network.layers[0].conv.tile", "a list of 3"),
    ("conv: {outputs: 4, kernel: 3, tile: 7}", "network.layers[0]", "7×7 is larger than the output of 6×6"),
    ("conv: {outputs: 4, kernel: 3, tile: [6, 7]}", "network.layers[0]", "6×7 is larger than the output of 6×6"),
    (
      "locallyConnected: {outputs: 4, kernel: 3, tile: 2}", "network.layers[0].locallyConnected.tile",
      "unknown key 'tile'"
    ),
    ("locallyConnected: 3", "network.layers[0].locallyConnected", "expected a mapping"),
    ("locallyConnected: {outputs: 4}", "network.layers[0].locallyConnected", "'kernel' is missing"),
    ("locallyConnected: {outputs: 4, kernel: 12}", "network.layers[0]", "does not fit"),
    ("locallyconnected: {outputs: 4, kernel: 3}", "network.layers[0]", "unknown kind of layer"),
    ("linear: 64", "network.layers[0]", "linear needs a feature vector"),
    ("reLU6", "network.layers[0]", "unknown kind of layer"),
    (
      "profiled: {forward_ms: -1, backward_input_ms: 1, backward_weight_ms: 1, output_bytes: 4}",
      "network.layers[0].profiled.forward_ms", "expected milliseconds"
    ),
    (
      "profiled: {forward_ms: 1, backward_input_ms: 1, backward_weight_ms: 1, output_bytes: 0}",
      "network.layers[0].profiled.output_bytes", "expected at least 1"
    ),
    (
      "profiled: {forward_ms: 1, backward_input_ms: 1, backward_weight_ms: 1}", "network.layers[0].profiled",
      "'output_bytes' is missing"
    ),
    ("maxPool: 2.5", "network.layers[0].maxPool", "expected a whole number, found '2.5'"),
    ("dropout: 1.5", "network.layers[0].dropout", "expected a number of at least 0 and below 1"),
    ("relu: {name: 3 x}", "network.layers[0].relu.name", "cannot be a layer's name"),
    ("relu: {inputs: [nobody]}", "network.layers[0]", "reads 'nobody', which is no layer"),
    ("[relu]", "network.layers[0]", "expected a layer, found a list"),
    ("{relu: , flatten: }", "network.layers[0]", "a layer has one key"),
  ])
  func layerProblems(layer: String, path: String, message: String) {
    let found = problems(sceneText(layers: [layer, "flatten", "linear: 10"]))
    #expect(found.count == 1, "\(found)")
    #expect(found.first?.path == path)
    #expect(found.first?.message.contains(message) == true, "\(found)")
    #expect(found.first?.location?.line == 4)
  }

  @Test(arguments: [
    ("{batch: 8, rate: -1}", "training.rate", "expected a number of 0 or more, found '-1'"),
    ("{batch: 8, rate: .nan}", "training.rate", "expected a number of 0 or more, found '.nan'"),
    ("{batch: 8, rate: 0.1, epochs: 1, steps: 2}", "training.steps", "both given"),
    ("{batch: 8, rate: 0.1, optimizer: adam, momentum: 0.9}", "training.momentum", "adam has no momentum"),
    ("{batch: 8, rate: 0.1, nesterov: true}", "training.nesterov", "needs a momentum"),
    ("{batch: 8, rate: 0.1, seed: -1}", "training.seed", "expected a whole number of 0 or more"),
    ("{batch: 8, rate: 0.1, microbatches: 9}", "training.microbatches", "cannot be cut"),
    ("{batch: 8, rate: {rate: 0.1, schedule: step, every: 10}}", "training.rate", "'factor' is missing"),
    ("{batch: 8, rate: {rate: 0.1, final: 0.1}}", "training.rate.final", "belongs to the schedule cosine"),
    ("{batch: 2000, rate: 0.1}", "training.batch", "larger than the 1442 training samples"),
    ("8", "training", "expected a mapping, found '8'"),
  ])
  func trainingProblems(training: String, path: String, message: String) {
    let found = problems(sceneText(training: training))
    #expect(found.count == 1, "\(found)")
    #expect(found.first?.path == path)
    #expect(found.first?.message.contains(message) == true, "\(found)")
    #expect(found.first?.location?.line == 7)
  }

  @Test(arguments: [
    ("{set: spirals}", "network.input", "the samples of spirals are 2"),
    ("{set: synthetic, shape: [1, 8, 8], classes: 11}", "network.layers[1]", "10 outputs for the 11 classes"),
    ("{set: synthetic, shape: [1, 8], classes: 10}", "data.shape", "found a list of 2"),
    ("{set: idx, images: f}", "data", "'labels' is missing"),
    ("{set: digits, noise: 1}", "data.noise", "unknown key 'noise'"),
    ("{shuffle: true}", "data", "'set' is missing"),
    ("{set: spirals, samples: 0}", "data.samples", "at least 1"),
  ])
  func dataProblems(data: String, path: String, message: String) {
    let found = problems(sceneText(data: data))
    #expect(found.count == 1, "\(found)")
    #expect(found.first?.path == path)
    #expect(found.first?.message.contains(message) == true, "\(found)")
    #expect(found.first?.location != nil)
  }

  @Test(arguments: [
    ("a: [1, 2", 1), ("name: x\n\tabout: y", 2), ("name: 'x\nabout: y", 2), ("a: b: c", 1),
    ("name: x\n---\nname: y", 2),
    ("name: *nowhere", 1),
  ])
  func syntaxErrorsHaveALine(text: String, line: Int) {
    let found = problems(text)
    #expect(found.count == 1)
    #expect(found.first?.message.hasPrefix("this is not YAML") == true, "\(found)")
    #expect((found.first?.location?.line ?? 0) >= line)
  }

  @Test func duplicateKeysDoNotHideOtherProblems() {
    let found = problems(
      sceneText(training: "{batch: 8, batch: 9, rate: x}", rest: "machine: {}\nmachine: {devices: 0}"))
    #expect(found.map(\.path) == ["training.batch", "training.rate", "machine", "machine.devices"])
    #expect(found.map { $0.location?.line } == [7, 7, 9, 9])
    #expect(found.first?.message.contains("given twice") == true)
  }

  @Test(arguments: ["", "# nothing\n", "just text", "- a\n- b", "3"])
  func noScene(text: String) { #expect(problems(text).count == 1) }

  @Test func strategyProblemsPointIntoTheText() {
    let found = problems(sceneText(rest: "strategy: data(exchange=rings)"))
    #expect(found.first?.path == "strategy")
    #expect(found.first?.location?.line == 8)
  }

  @Test func problemsInATableOfLayersHaveTheirLine() {
    let text = sceneText(rest: "strategy: |\n    linear1 k=1 | 0\n    linear1 q=2 | 0 1")
    let found = problems(text)
    #expect(found.count == 1, "\(found)")
    #expect(found.first?.location?.line == 10)
    #expect((found.first?.location?.column ?? 0) >= 5)
  }

  @Test func hugeNumbersAreRefusedAndNotMultiplied() {
    #expect(problems(sceneText(layers: ["flatten", "linear: 99999999999999999999"])).count == 1)
    #expect(problems(sceneText(layers: ["flatten", "linear: 1048576", "linear: 1048576", "linear: 10"])).count == 1)
  }

  @Test func unquotedLinkIsExplained() {
    let found = problems(sceneText(rest: "machine: {devices: 2, link: 20us,1GB/s}"))
    #expect(found.contains { $0.path == "machine.link" && $0.hint?.contains("quotes") == true })
  }
}
