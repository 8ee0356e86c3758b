import Diagnostics
import Networks

/// What a network asks of the samples that it learns from. Which data fit a network is decided here and nowhere else.
public struct SampleDemand: Sendable {
  /// The shape in which the network reads a sample.
  public let input: Shape
  /// Outputs of the network, or of one head of a tree.
  public let outputs: Int
  public let loss: Loss
  /// Samples per update.
  public let batch: Int
  private let lastLayer: String

  /// What training `graph` with batches of `batch` samples asks for.
  public init(_ graph: Graph, batch: Int) {
    input = graph.input
    outputs = graph.headOutputs
    loss = graph.loss
    self.batch = batch
    lastLayer = "network.layers[\(graph.network.layers.count - 1)]"
  }

  /// What keeps the network from learning from such a set; what is not known of it yet is not judged. Paths are those of a
  /// scene.
  ///
  /// - Parameter name: what sentences call the set.
  public func misfits(_ set: DatasetOutline, name: String) -> [Diagnostic] {
    var problems: [Diagnostic] = []
    if set.shape.count != input.count {
      problems.append(
        Diagnostic(
          "the network's input is \(Self.size(input)), but the samples of \(name) are \(Self.size(set.shape))",
          path: "network.input", hint: "write input: \(Self.written(set.shape))"))
    }
    switch set.targets {
    case .classes(let classes, let first)?:
      if outputs < classes, !(loss == .meanSquaredError && outputs == 1) {
        let counting =
          first > 0 ? "classes count from 0, but the labels are \(first)...\(classes - 1): subtract \(first), or " : ""
        problems.append(
          Diagnostic(
            "the network has \(outputs) outputs for the \(classes) classes of \(name)", path: lastLayer,
            hint: "\(counting)end with linear: \(classes)"))
      }
    case .real(let areWhole)?:
      if loss == .softmaxCrossEntropy {
        problems.append(
          Diagnostic(
            "softmaxCrossEntropy needs classes, but \(name) has real targets: labels with a decimal point",
            path: "network.loss",
            hint: areWhole
              ? "write the labels without a decimal point, as whole numbers from 0, or write loss: meanSquaredError"
              : "write loss: meanSquaredError"))
      } else if outputs != 1 {
        problems.append(
          Diagnostic(
            "the network has \(outputs) outputs, but \(name) has one target per sample", path: lastLayer,
            hint: "end with linear: 1"))
      }
    case nil: break
    }
    if let count = set.trainCount, batch > count {
      problems.append(
        Diagnostic(
          "a batch of \(batch) is larger than the \(count) training samples of \(name)", path: "training.batch",
          hint: "at most \(count)"))
    }
    return problems
  }

  private static func size(_ shape: Shape) -> String {
    let values = shape.count == 1 ? "1 value" : "\(shape.count) values"
    return shape.isImage ? "\(shape) (\(values))" : values
  }

  private static func written(_ shape: Shape) -> String {
    shape.isImage ? "[\(shape.channels), \(shape.height), \(shape.width)]" : "[\(shape.channels)]"
  }
}

extension Dataset {
  /// The same samples in the shape in which a network reads them, last axis fastest.
  ///
  /// - Throws: what keeps the network from learning from them, see ``SampleDemand/misfits(_:name:)``.
  public func fitted(to demand: SampleDemand) throws(DiagnosticList) -> Dataset {
    var problems = demand.misfits(outline, name: name)
    if let test {
      if test.shape.count != train.shape.count {
        problems.append(
          Diagnostic(
            "the test samples of \(name) are \(test.shape), but those for training \(train.shape)", path: "data"))
      }
      if test.classes.map({ $0 <= train.classes ?? 0 }) ?? (train.classes == nil) == false {
        problems.append(
          Diagnostic("the test set of \(name) has other targets than the training set", path: "data"))
      }
    }
    guard problems.isEmpty else { throw DiagnosticList(problems) }
    return Dataset(
      name: name, train: train.shaped(demand.input), test: test?.shaped(demand.input), provenance: provenance)
  }
}

extension SampleSet {
  /// The same words in another shape of as many.
  fileprivate func shaped(_ shape: Shape) -> SampleSet {
    shape == self.shape ? self : SampleSet(self, shape: shape)
  }
}

extension DataSource {
  /// The source with what it takes from the network: a synthetic set without a shape or a number of classes has the shape
  /// of the network's input and as many classes as the network has outputs.
  public func filled(for demand: SampleDemand) -> DataSource {
    guard case .synthetic(let shape, let classes, let samples) = self else { return self }
    return .synthetic(shape: shape ?? demand.input, classes: classes ?? demand.outputs, samples: samples)
  }
}
