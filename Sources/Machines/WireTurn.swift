/// Which of the messages that wait for a wire it takes first: by priority, then by arrival at the wire.
///
/// Of messages that arrive together the one that was handed over first goes first. Where even that is the same, every sender's
/// first message goes before anybody's second, then the one that has more wires before it, then the one for the farther device,
/// counting upwards and around. So devices that stand alike fare alike; their numbers decide only where nothing else differs.
struct WireTurn: Comparable, Sendable {
  /// The smallest goes first.
  var priority: Int32
  /// Equal for what arrives together.
  var arrival: Int
  /// When the message was handed over, in ticks.
  var handedOver: Int64
  /// Which of the messages that its sender handed over at that instant for the same first wire it is.
  var number: Int32
  /// This one included.
  var wiresLeft: Int32
  /// From sender to receiver.
  var distance: Int32
  var sender: Int32

  static func < (a: WireTurn, b: WireTurn) -> Bool {
    if a.priority != b.priority { return a.priority < b.priority }
    if a.arrival != b.arrival { return a.arrival < b.arrival }
    if a.handedOver != b.handedOver { return a.handedOver < b.handedOver }
    if a.number != b.number { return a.number < b.number }
    if a.wiresLeft != b.wiresLeft { return a.wiresLeft > b.wiresLeft }
    if a.distance != b.distance { return a.distance > b.distance }
    return a.sender < b.sender
  }
}
