import Machines
import Scenes
import Strategies

/// One run of a sweep: a scene with other devices, strategy and sizes.
public struct SweepPoint: Hashable, Sendable {
  public var strategy: Strategy
  public var devices: Int
  public var batch: Int
  /// Nil leaves the number to the strategy.
  public var microbatches: Int?
  public var link: Link

  public init(strategy: Strategy, devices: Int, batch: Int, microbatches: Int? = nil, link: Link) {
    self.strategy = strategy
    self.devices = devices
    self.batch = batch
    self.microbatches = microbatches
    self.link = link
  }

  /// `scene` changed to this point.
  public func applied(to scene: Scene) -> Scene {
    var scene = scene
    scene.strategy = strategy
    scene.machine.devices = devices
    scene.machine.link = link
    scene.training.batch = batch
    scene.microbatches = microbatches
    return scene
  }
}

/// Everything that a sweep varies; what is not varied has one value.
public struct SweepSpace: Hashable, Sendable {
  public var strategies: [Strategy]
  public var devices: [Int]
  public var batches: [Int]
  public var microbatches: [Int?]
  public var links: [Link]

  public init(strategies: [Strategy], devices: [Int], batches: [Int], microbatches: [Int?], links: [Link]) {
    self.strategies = strategies
    self.devices = devices
    self.batches = batches
    self.microbatches = microbatches
    self.links = links
  }

  /// The scene's own values for what is not varied.
  public init(
    _ scene: Scene, strategies: [Strategy] = [], devices: [Int] = [], batches: [Int] = [], microbatches: [Int] = [],
    links: [Link] = []
  ) {
    func values<Value>(_ given: [Value], _ own: Value) -> [Value] { given.isEmpty ? [own] : given }
    self.init(
      strategies: values(strategies, scene.strategy), devices: values(devices, scene.machine.devices),
      batches: values(batches, scene.training.batch),
      microbatches: microbatches.isEmpty ? [scene.microbatches] : microbatches.map { $0 },
      links: values(links, scene.machine.link))
  }

  /// The scene as the sweep means it: with the values that are not varied. Profiled layers say how many samples of it they were
  /// measured with, so that all points find the same layers, and can be compared.
  public func common(_ scene: Scene) -> Scene {
    var scene = scene
    if strategies.count == 1 { scene.strategy = strategies[0] }
    if devices.count == 1 { scene.machine.devices = devices[0] }
    if batches.count == 1 { scene.training.batch = batches[0] }
    if microbatches.count == 1 { scene.microbatches = microbatches[0] }
    if let sized = try? scene.withProfileSizes() { return sized }
    // A strategy that cannot be does not say how many microbatches it would have had.
    scene.microbatches = scene.microbatches ?? 1
    return (try? scene.withProfileSizes()) ?? scene
  }

  /// For every batch first the reference (serial training on one device, in one piece), then every combination. What is
  /// named twice is run once.
  public var points: [SweepPoint] {
    var seen: Set<SweepPoint> = []
    return batches.flatMap { batch -> [SweepPoint] in
      let reference = SweepPoint(strategy: .serial, devices: 1, batch: batch, link: links[0])
      let combinations = links.flatMap { link in
        microbatches.flatMap { count in
          strategies.flatMap { strategy in
            devices.map {
              SweepPoint(strategy: strategy, devices: $0, batch: batch, microbatches: count, link: link)
            }
          }
        }
      }
      return ([reference] + combinations).filter { seen.insert($0).inserted }
    }
  }
}
