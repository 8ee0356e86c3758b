import Datasets
import Diagnostics
import Machines
import Networks
import Strategies

/// Everything that a run needs: a network, its data, the training settings, a machine and a strategy.
///
/// One scene is one YAML file; <doc:SceneFormat> describes it.
public struct Scene: Sendable {
  /// What reports and the workbench call it; the file's name without its ending where the file names none.
  public var name: String
  /// One or two sentences for people; may be empty.
  public var about: String
  public var network: Network
  public var data: DataSettings
  public var training: TrainingSettings
  /// Into how many parts a step's batch is cut where the strategy uses microbatches; nil leaves it to the strategy.
  public var microbatches: Int?
  public var machine: Machine
  public var strategy: Strategy

  public init(
    name: String, about: String = "", network: Network, data: DataSettings, training: TrainingSettings,
    microbatches: Int? = nil, machine: Machine, strategy: Strategy
  ) {
    self.name = name
    self.about = about
    self.network = network
    self.data = data
    self.training = training
    self.microbatches = microbatches
    self.machine = machine
    self.strategy = strategy
  }

  /// The top-level keys of a scene file, in the order in which they are written.
  static let keys = ["name", "about", "network", "data", "training", "machine", "strategy"]
}

extension Scene: Hashable {
  /// Scenes are equal where they mean the same; where a layer stands in its file does not count.
  public static func == (a: Scene, b: Scene) -> Bool {
    a.name == b.name && a.about == b.about && a.network.unplaced == b.network.unplaced && a.data == b.data
      && a.training == b.training && a.microbatches == b.microbatches && a.machine == b.machine
      && a.strategy == b.strategy
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(name)
    hasher.combine(network.unplaced)
    hasher.combine(training)
    hasher.combine(strategy)
  }
}

extension Network {
  /// The same network without its layers' places in a document.
  var unplaced: Network {
    var copy = self
    for index in copy.layers.indices {
      copy.layers[index].location = nil
      copy.layers[index].path = nil
    }
    return copy
  }
}
