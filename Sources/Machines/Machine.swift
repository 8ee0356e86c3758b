/// The devices of a run, how fast each works, and what lies between them.
public struct Machine: Hashable, Sendable {
  /// At least 1.
  public var devices: Int
  /// What each physical link of the topology is.
  public var link: Link { didSet { if link != oldValue { linkName = nil } } }
  /// Which links there are and which of them a message takes.
  public var topology: Topology { didSet { if topology != oldValue { linkName = nil } } }
  /// The name under which link, or link and topology together, were found; nil where they were written out.
  public var linkName: String?
  /// The name of the machine file that everything else departs from; nil where there is none.
  public var file: String?
  /// How fast each device computes, as a multiple of a core of this machine: one number per device, one for all of them, or
  /// none, which means 1.
  public var rates: [Double]
  /// Bytes of memory: one number per device, one for all of them, or none, which means no limit.
  public var memory: [Int]
  public var perturbation: Perturbation

  /// A machine of equal devices, each ordered pair with the link of its own.
  public init(devices: Int, link: Link = .shared) {
    self.init(devices: devices, link: link, topology: .crossbar)
  }

  public init(
    devices: Int, link: Link, topology: Topology, linkName: String? = nil, file: String? = nil, rates: [Double] = [],
    memory: [Int] = [], perturbation: Perturbation = Perturbation()
  ) {
    self.devices = devices
    self.link = link
    self.topology = topology
    self.linkName = linkName
    self.file = file
    self.rates = rates
    self.memory = memory
    self.perturbation = perturbation
  }

  /// How fast a device computes, 1 being a core of this machine.
  public func rate(of device: Int) -> Double { Self.value(of: device, in: rates) ?? 1 }

  /// Bytes of a device's memory; nil where it has no limit.
  public func memory(of device: Int) -> Int? { Self.value(of: device, in: memory) }

  private static func value<Value>(of device: Int, in list: [Value]) -> Value? {
    list.count == 1 ? list[0] : list.indices.contains(device) ? list[device] : nil
  }

  /// Whether the devices are cores of this machine, and nothing is made slower than it is.
  public var isUndisturbed: Bool { rates.isEmpty && perturbation.isEmpty }

  /// What lies between the devices, in one line: `20us,1GB/s`, `ring of 20us,1GB/s`, `dgx1`.
  public var linkDescription: String {
    if let linkName { return linkName }
    return topology == .crossbar ? link.description : "\(topology) of \(link)"
  }
}
