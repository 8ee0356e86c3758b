import Testing

@testable import Machines

@Suite struct RouteTests {
  private static let link = Link.emulated(latencyNanoseconds: 1000, bytesPerSecond: 1e9)

  private func names(_ topology: Topology, devices: Int, _ from: Int, _ to: Int) -> [String] {
    Machine(devices: devices, link: Self.link, topology: topology).route(from: from, to: to).map(\.name)
  }

  /// Times that no run lasts are the longest that is told apart, however small the bandwidth and however slow the link.
  @Test func timesBeyondAnyRunAreTheLongest() {
    let slow = Link.emulated(latencyNanoseconds: 1_000_000_000_000, bytesPerSecond: 0.01)
    // 1 kB at 0.01 B/s takes 100,000 s.
    #expect(slow.occupancyNanoseconds(bytes: 1000) == 100_000_000_000_000)
    #expect(slow.occupancyNanoseconds(bytes: 1 << 60) == WireTime.longest)
    for topology in [Topology.bus, .switched, .ring, .crossbar] {
      var machine = Machine(devices: 2, link: slow, topology: topology)
      let names: [LinkName] = [.bus, .port(0), .port(1), .between(0, 1)]
      machine.perturbation.slowLinks = (names + names + names).map { .init(link: $0, factor: 1e6) }
      for wire in machine.route(from: 0, to: 1) {
        #expect(wire.latencyNanoseconds == WireTime.longest && wire.bytesPerSecond > 0, "\(topology)")
        #expect(wire.occupancyNanoseconds(bytes: 1) == WireTime.longest && wire.occupancyNanoseconds(bytes: 0) == 0)
      }
    }
    let instants = (0..<4000).reduce(Int64.max - 1) { instant, _ in WireTime.instant(instant, after: WireTime.longest) }
    #expect(instants > 0)
  }

  @Test func everyTopologyNamesItsWay() {
    #expect(names(.crossbar, devices: 4, 3, 1) == ["3>1"])
    #expect(names(.bus, devices: 4, 3, 1) == ["bus"])
    #expect(names(.ring, devices: 6, 0, 3) == ["0>1", "1>2", "2>3"])
    #expect(names(.ring, devices: 6, 1, 5) == ["1>0", "0>5"])
    #expect(names(.ring, devices: 2, 1, 0) == ["1>0"])
    // Device 6 is in row 1, column 2 of 2 x 4; along the row first.
    #expect(names(.torus(rows: 2), devices: 8, 0, 6) == ["0>1", "1>2", "2>6"])
    #expect(names(.torus(rows: nil), devices: 9, 0, 8) == ["0>2", "2>8"])
    #expect(names(.switched, devices: 4, 2, 0) == ["device 2 out", "device 0 in"])
    #expect(names(.fatTree(leaf: 2, oversubscription: 1), devices: 4, 0, 1) == ["device 0 out", "device 1 in"])
    #expect(
      names(.fatTree(leaf: 2, oversubscription: 1), devices: 4, 3, 0)
        == ["device 3 out", "leaf 1 out", "leaf 0 in", "device 0 in"])
    #expect(names(.sockets(count: 2, inside: .shared), devices: 4, 0, 1) == [])
    #expect(names(.sockets(count: 2, inside: Self.link), devices: 4, 3, 2) == ["3>2"])
    #expect(names(.sockets(count: 2, inside: .shared), devices: 4, 3, 0) == ["sockets 1>0"])
    #expect(names(.hosts(devices: 3, inside: .shared), devices: 6, 1, 4) == ["host 0 out", "host 1 in"])
  }

  @Test func graphsTakeTheShortestAndThenTheWidestWay() {
    let wide = Link.emulated(latencyNanoseconds: 1000, bytesPerSecond: 5e9)
    // Two ways of two links from 0 to 3; the one over 2 is wider.
    let square: Topology = .graph([
      .init(0, 1), .init(1, 3), .init(0, 2, link: wide), .init(2, 3, link: wide), .init(3, 4),
    ])
    #expect(names(square, devices: 5, 0, 3) == ["0>2", "2>3"])
    #expect(names(square, devices: 5, 4, 0) == ["4>3", "3>2", "2>0"])
    // Equal ways: the smaller number.
    let equal: Topology = .graph([.init(0, 1), .init(1, 3), .init(0, 2), .init(2, 3)])
    #expect(names(equal, devices: 4, 0, 3) == ["0>1", "1>3"])
  }

  @Test func everyRouteLeadsToItsEndInEveryTopology() {
    let topologies: [Topology] = [
      .crossbar, .ring, .torus(rows: nil), .torus(rows: 1), .torus(rows: 12), .torus(rows: 3),
      .graph((0..<11).map { .init($0, $0 + 1) }),
    ]
    for topology in topologies {
      let machine = Machine(devices: 12, link: Self.link, topology: topology)
      for from in 0..<12 {
        for to in 0..<12 where from != to {
          var place = from
          for wire in machine.route(from: from, to: to) {
            guard case .between(let a, let b) = wire.link else { continue }
            #expect(place == (wire.isReverse ? b : a), "\(topology) \(from) \(to)")
            place = wire.isReverse ? a : b
          }
          #expect(place == to, "\(topology) \(from) \(to)")
        }
      }
    }
  }

  @Test func latencyOfANetworkCountsOnce() {
    let hosts = Machine(devices: 4, link: Self.link, topology: .hosts(devices: 2, inside: .shared))
    #expect(hosts.route(from: 0, to: 2).map(\.latencyNanoseconds) == [1000, 0])
    let tree = Machine(devices: 8, link: Self.link, topology: .fatTree(leaf: 4, oversubscription: 2))
    #expect(tree.route(from: 0, to: 7).map(\.bytesPerSecond) == [1e9, 2e9, 2e9, 1e9])
  }

  @Test func linksAreFoundByName() {
    func has(_ topology: Topology, _ text: String, devices: Int = 8) -> Bool {
      LinkName(text).map { Machine(devices: devices, link: Self.link, topology: topology).has($0) } ?? false
    }
    #expect(has(.crossbar, "0-7") && has(.crossbar, "7-0") && !has(.crossbar, "0-8") && !has(.crossbar, "bus"))
    #expect(has(.bus, "bus") && !has(.bus, "0-1"))
    #expect(has(.ring, "7-0") && !has(.ring, "0-2"))
    #expect(
      has(.fatTree(leaf: 4, oversubscription: 1), "leaf 1") && !has(.fatTree(leaf: 4, oversubscription: 1), "leaf 2"))
    #expect(!has(.fatTree(leaf: 8, oversubscription: 1), "leaf 0"))
    #expect(has(.hosts(devices: 4, inside: .shared), "host 1") && !has(.hosts(devices: 4, inside: .shared), "0-1"))
    #expect(has(.sockets(count: 2, inside: .shared), "sockets 0-1"))
    #expect(has(.switched, "device 7") && !has(.switched, "device 8"))
    #expect(!Machine(devices: 2).has(.between(0, 1)))
  }

  @Test(arguments: ["0-1", "12-345", "bus", "device 3", "leaf 0", "host 12", "sockets 0-1"])
  func namesReadBack(_ text: String) { #expect(LinkName(text)?.description == text) }

  @Test(arguments: ["", "0", "0-0", "0-1-2", "-1-2", "host", "host x", "hosts 1", "sockets 1", "bus 1", "0 - 1"])
  func otherNamesAreRefused(_ text: String) { #expect(LinkName(text) == nil) }

  @Test func whatDoesNotFitIsSaid() {
    #expect(Topology.torus(rows: 3).misfit(devices: 8)?.hint == "rows: 1, 2, 4, 8")
    #expect(Topology.torus(rows: 4).misfit(devices: 8) == nil)
    #expect(Topology.sockets(count: 3, inside: .shared).misfit(devices: 2) != nil)
    #expect(Topology.graph([.init(0, 1), .init(2, 3)]).misfit(devices: 4)?.message.contains("device 2") == true)
    #expect(Topology.graph([.init(0, 1), .init(1, 2)]).misfit(devices: 2) == nil)
  }

  @Test func ratesAndMemoryOfOneOrAll() {
    var machine = Machine(devices: 2)
    #expect(machine.rate(of: 1) == 1 && machine.memory(of: 1) == nil)
    machine.rates = [0.5]
    machine.memory = [1, 2]
    #expect(machine.rate(of: 1) == 0.5 && machine.memory(of: 1) == 2)
  }

  @Test func namesLastUntilTheLinkChanges() {
    var machine = Machine(devices: 2, link: Self.link, topology: .crossbar, linkName: "fast")
    machine.devices = 4
    #expect(machine.linkDescription == "fast")
    machine.topology = .ring
    #expect(machine.linkDescription == "ring of 1us,1GB/s")
  }

  @Test(arguments: [("16GB", 16_000_000_000), ("8 GiB", 8_589_934_592), ("1.5kB", 1500), ("4096", 4096)])
  func sizesOfMemory(_ text: String, _ bytes: Int) {
    #expect(ByteCountText.bytes(text) == bytes)
    #expect(ByteCountText.bytes(ByteCountText.text(bytes)) == bytes)
  }

  @Test(arguments: ["", "GB", "0", "-1GB", "1gb", "1e9", "16 G"])
  func otherSizesAreRefused(_ text: String) { #expect(ByteCountText.bytes(text) == nil) }
}
