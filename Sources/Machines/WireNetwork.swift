/// Messages on the wires of a machine: every wire takes one after the other, in the order in which they arrive there.
///
/// A message passes its wires 1…k one behind the other, and its first byte does not wait for its last (virtual cut-through,
/// Kermani and Kleinrock 1979):
///
///     a₁ = when it is handed over   aᵢ₊₁ = sᵢ
///     sᵢ = when wire i takes it: not before aᵢ, nor before wire i is free
///     wire i is free again at sᵢ + n/βᵢ
///     eᵢ = max(eᵢ₋₁, sᵢ + n/βᵢ)
///
/// A wire that is free takes the first that is there, so it never stands idle while a message waits for it. ``WireTurn`` says
/// which is first; latencies occupy nothing and are left to the caller.
///
/// Time is counted in ticks, of which the caller says how many a second has. Somebody hands messages over, and lets the wires
/// take what they can (``round()``) for as long as ``next`` is not beyond what interests him.
public struct WireNetwork: Sendable {
  /// The way of the messages from one device to another.
  public struct Route: Hashable, Sendable {
    public var from: Int
    public var to: Int
    /// Numbers of wires, in their order; at least one.
    public var wires: [Int]

    public init(from: Int, to: Int, wires: [Int]) {
      self.from = from
      self.to = to
      self.wires = wires
    }
  }

  /// That a wire takes a message.
  public struct Passage: Hashable, Sendable {
    /// As it was handed over.
    public var message: Int
    public var wire: Int
    /// When the message arrived at the wire, and when the wire takes it.
    public var arrived: Int64
    public var start: Int64
    /// Whether the wire is the first of the message's route.
    public var isFirst: Bool
    /// When its last byte will have left the last wire; nil where this is not the last.
    public var left: Int64?
  }

  /// A message that was handed over and has not left.
  private struct Traveller {
    var message: Int
    var route: Int
    var bytes: Int
    var turn: WireTurn
    /// Wires that have taken it.
    var passed = 0
    var arrived: Int64
    /// When its last byte has left the wire before.
    var left: Int64
  }

  /// A wire that may take a message at an instant.
  private struct Due: Comparable, Sendable {
    var time: Int64
    var wire: Int

    static func < (a: Due, b: Due) -> Bool { a.time < b.time || (a.time == b.time && a.wire < b.wire) }
  }

  private struct Waiting: Comparable, Sendable {
    var turn: WireTurn
    /// Place in ``travellers``.
    var traveller: Int

    static func == (a: Waiting, b: Waiting) -> Bool { a.turn == b.turn }
    static func < (a: Waiting, b: Waiting) -> Bool { a.turn < b.turn }
  }

  private let routes: [Route]
  private let devices: Int
  private let bytesPerSecond: [Double]
  private let ticksPerSecond: Double
  /// Per wire: when it is free, who waits for it, and whether it is in ``due``.
  private var freeAt: ContiguousArray<Int64>
  private var queues: ContiguousArray<BinaryHeap<Waiting>>
  private var isDue: ContiguousArray<Bool>
  private var due = BinaryHeap<Due>()
  private var travellers = ContiguousArray<Traveller>()
  private var vacancies: [Int] = []
  /// Counts instants, and within them rounds: what arrives under one number arrives together.
  private var arrival = 0
  private var now = Int64.min
  /// Of each route: which sender's messages to which first wire it belongs to.
  private let sources: [Int]
  /// Per source: the instant of its last message, and which message of that instant it was.
  private var lastSent: [(at: Int64, number: Int32)]
  /// What the last round came to.
  public private(set) var passages: [Passage] = []

  /// No occupation is longer, and no instant later than ``horizon``, so that sums stay within 64 bits.
  public static let longest: Int64 = 4_000_000_000_000_000_001
  private static let horizon: Int64 = 4_500_000_000_000_000_000

  /// - Parameters:
  ///   - devices: how many there are; routes lead from one of them to another.
  ///   - bytesPerSecond: of each wire; infinite where bytes cost nothing.
  ///   - ticksPerSecond: 1e9 counts nanoseconds.
  public init(routes: [Route], devices: Int, bytesPerSecond: [Double], ticksPerSecond: Double) {
    self.routes = routes
    self.devices = devices
    self.bytesPerSecond = bytesPerSecond
    self.ticksPerSecond = ticksPerSecond
    freeAt = ContiguousArray(repeating: .min, count: bytesPerSecond.count)
    queues = ContiguousArray(repeating: BinaryHeap(), count: bytesPerSecond.count)
    isDue = ContiguousArray(repeating: false, count: bytesPerSecond.count)
    var known: [[Int]: Int] = [:]
    sources = routes.map { route in
      let source = [route.from, route.wires.first ?? -1]
      let number = known[source] ?? known.count
      known[source] = number
      return number
    }
    lastSent = Array(repeating: (.min, 0), count: known.count)
  }

  /// When the next wire takes a message; never, where none waits.
  public var next: Int64 { due.first?.time ?? .max }

  /// Hands a message over at `instant`. Where wires have taken messages at later ones already, it comes behind these.
  ///
  /// - Parameters:
  ///   - message: what ``Passage/message`` will say.
  ///   - route: its number.
  ///   - priority: of messages that wait for a wire the one with the smallest goes first.
  public mutating func handOver(_ message: Int, route: Int, bytes: Int, priority: Int = 0, at instant: Int64) {
    reach(instant)
    let (from, to) = (routes[route].from, routes[route].to)
    let source = sources[route]
    lastSent[source] = (instant, lastSent[source].at == instant ? lastSent[source].number + 1 : 0)
    let turn = WireTurn(
      priority: Int32(clamping: priority), arrival: arrival, handedOver: instant, number: lastSent[source].number,
      wiresLeft: 0, distance: Int32(clamping: (to - from + devices) % devices), sender: Int32(clamping: from))
    let traveller = Traveller(
      message: message, route: route, bytes: bytes, turn: turn, arrived: instant, left: instant)
    guard let place = vacancies.popLast() else {
      travellers.append(traveller)
      return arrive(travellers.count - 1, at: instant)
    }
    travellers[place] = traveller
    arrive(place, at: instant)
  }

  /// Lets all wires that are free at ``next`` take a message each, at once. What thereby arrives at other wires at the same
  /// instant is taken in another round.
  public mutating func round() {
    passages.removeAll(keepingCapacity: true)
    guard let time = due.first?.time else { return }
    reach(time)
    var moved: [Int] = []
    var wires: [Int] = []
    while let first = due.first, first.time == time {
      _ = due.pop()
      isDue[first.wire] = false
      guard let waiting = queues[first.wire].pop() else { continue }
      wires.append(first.wire)
      let traveller = pass(waiting.traveller, first.wire, at: time)
      if traveller { moved.append(waiting.traveller) } else { vacancies.append(waiting.traveller) }
    }
    arrival += 1
    for traveller in moved { arrive(traveller, at: time) }
    for wire in wires { look(at: wire, from: time) }
  }

  /// Notes that time has come to `instant`.
  private mutating func reach(_ instant: Int64) {
    if instant != now { arrival += 1 }
    now = instant
  }

  /// Puts a message on a wire; false where that was its last.
  private mutating func pass(_ place: Int, _ wire: Int, at time: Int64) -> Bool {
    let end = min(time + occupancy(bytes: travellers[place].bytes, wire), Self.horizon)
    freeAt[wire] = end
    let isFirst = travellers[place].passed == 0
    travellers[place].passed += 1
    travellers[place].left = max(travellers[place].left, end)
    let traveller = travellers[place]
    let isLast = traveller.passed == routes[traveller.route].wires.count
    passages.append(
      Passage(
        message: traveller.message, wire: wire, arrived: traveller.arrived, start: time, isFirst: isFirst,
        left: isLast ? traveller.left : nil))
    return !isLast
  }

  private mutating func arrive(_ place: Int, at time: Int64) {
    let wires = routes[travellers[place].route].wires
    let passed = travellers[place].passed
    travellers[place].arrived = time
    travellers[place].turn.arrival = arrival
    travellers[place].turn.wiresLeft = Int32(clamping: wires.count - passed)
    queues[wires[passed]].push(Waiting(turn: travellers[place].turn, traveller: place))
    look(at: wires[passed], from: time)
  }

  /// Lets a wire that somebody waits for take its next message as soon as it is free.
  private mutating func look(at wire: Int, from time: Int64) {
    guard !isDue[wire], !queues[wire].isEmpty else { return }
    isDue[wire] = true
    due.push(Due(time: max(time, freeAt[wire]), wire: wire))
  }

  private func occupancy(bytes: Int, _ wire: Int) -> Int64 {
    let ticks = (Double(bytes) / bytesPerSecond[wire] * ticksPerSecond).rounded()
    return ticks < Double(Self.longest) ? max(0, Int64(ticks)) : Self.longest
  }
}

extension WireNetwork {
  /// Which routes share no wire with another: each message there follows the one before, and when it passes a wire is known as
  /// soon as it is handed over.
  public static func areAlone(_ routes: [[Int]], wires: Int) -> [Bool] {
    var users = [Int](repeating: 0, count: wires)
    for route in routes { for wire in route { users[wire] += 1 } }
    return routes.map { $0.allSatisfy { users[$0] == 1 } }
  }
}
