import Diagnostics
import Networks

extension Network {
  /// Reads a network and checks that its layers fit together.
  init?(_ reader: NodeReader) {
    guard let mapping = MappingReader(reader, keys: ["input", "layers", "loss", "tree"]) else { return nil }
    let input = mapping.required("input", hint: "for instance input: [1, 8, 8]").flatMap { Shape($0) }
    let layers = mapping.required("layers").flatMap { value -> [Layer?]? in
      value.sequence("a list of layers", hint: "each layer is a line that begins with '- '")?.map { Layer($0) }
    }
    let losses: KeyValuePairs<String, Loss> = [
      "softmaxCrossEntropy": .softmaxCrossEntropy, "meanSquaredError": .meanSquaredError,
    ]
    let loss = mapping["loss"].map { $0.choice("loss", losses) } ?? .softmaxCrossEntropy
    let written = mapping["tree"].flatMap { $0.isNothing ? nil : $0 }
    let tree = written.flatMap { Tree($0) }
    guard let input, let layers else { return nil }
    // With a refused layer left out, layers after it would be blamed for shapes that are not theirs.
    let readable = layers.prefix { $0 != nil }.compactMap { $0 }
    let isWhole = readable.count == layers.count
    // A tree may part at a layer that could not be read.
    let network = Network(
      input: input, layers: readable, loss: loss ?? .softmaxCrossEntropy, tree: isWhole ? tree : nil)
    network.check(isWhole: isWhole, log: reader.log)
    guard isWhole, loss != nil, (tree == nil) == (written == nil) else { return nil }
    self = network
  }

  private func check(isWhole: Bool, log: ProblemLog) {
    do {
      _ = try Graph(self)
    } catch {
      for problem in error.all where isWhole || isAboutOneLayer(problem) { log.add(problem) }
    }
  }

  /// False for what may be wrong only because the rest of the network could not be read.
  private func isAboutOneLayer(_ problem: Diagnostic) -> Bool {
    guard let path = problem.path, path != "network.layers" else { return false }
    return !problem.message.hasPrefix("the loss needs") && !problem.message.hasPrefix("nothing reads")
  }
}

extension Tree {
  /// Reads `{after: conv2, copies: 4, loss: independent}`.
  init?(_ reader: NodeReader) {
    guard let mapping = MappingReader(reader, keys: ["after", "copies", "loss", "best"]) else { return nil }
    let hint = "for instance tree: {after: conv1, copies: 4}"
    let after = mapping.required("after", hint: hint).flatMap { $0.text() }
    let copies = mapping.required("copies", hint: hint).flatMap { $0.integer(in: Self.copyLimits) }
    let losses: KeyValuePairs<String, Loss> = [
      "independent": .independent, "ensembleMean": .ensembleMean, "oracle": .oracle,
    ]
    let loss = mapping["loss"].map { $0.choice("loss of a tree", losses) } ?? .independent
    let best = mapping["best"].map { $0.integer(in: Self.copyLimits) } ?? 1
    guard let after, let copies, let loss, let best else { return nil }
    self.init(after: after, copies: copies, loss: loss, best: best)
  }
}

extension Shape {
  /// Reads `[channels, height, width]` or `[features]`.
  init?(_ reader: NodeReader) {
    let form = "[channels, height, width] or [features]"
    guard let list = reader.sequence(form) else { return nil }
    guard list.count == 1 || list.count == 3 else {
      reader.report("expected \(form), found a list of \(list.count)")
      return nil
    }
    let numbers = list.enumerated().map { index, value in
      value.integer(in: index == 0 ? SizeLimit.channels : SizeLimit.side)
    }
    guard case let whole = numbers.compactMap({ $0 }), whole.count == numbers.count else { return nil }
    self = whole.count == 1 ? .features(whole[0]) : .image(channels: whole[0], height: whole[1], width: whole[2])
  }
}
