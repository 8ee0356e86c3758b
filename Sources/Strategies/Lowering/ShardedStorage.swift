import Networks
import Programs

/// Storage of parameters that the members of a group keep in pieces (``StateSharding``).
///
/// A *unit* is what is exchanged at once: with sharded optimizer states the whole array, else one layer. Each member keeps
/// one piece of every unit, its *shard*; the pieces of one kind lie side by side.
extension ParameterStorage {
  func storeSharded(
    _ learned: [(box: HeldBox, place: Range<Int>)], _ shelf: Shelf, words: Int, on device: inout DeviceBuilder
  ) {
    let shard = layout.partitioning.shard
    let rank = shelf.group.firstIndex(of: device.program.device)!
    let nodes = Array(Set(learned.map(\.box.node.index))).sorted()
    var bucket = Bucket(
      stage: shelf.stage, group: shelf.group, number: shelf.bucket?.number ?? 0, nodes: nodes, words: words,
      units: units(learned, shelf, words: words))
    let own = bucket.units.reduce(0) { $0 + $1.pieces[rank].count }
    func array(_ name: String, _ kind: BufferKind, isWhole: Bool) -> Index<Buffer>? {
      let count = isWhole ? words : own
      return count > 0 ? device.root(isWhole ? name : "\(name) shard", kind, count, shelf) : nil
    }
    let parameter = array("parameters", .parameters, isWhole: shard != .parameters)
    let gradient =
      shard == .optimizer
      ? wholeGradient(words, shelf, on: &device) : array("gradients", .gradients, isWhole: false)
    let states = (0..<optimizer.stateCount).compactMap {
      array("optimizer state \($0)", .optimizer, isWhole: false)
    }
    if shard != .parameters { bucket.parameter = parameter }
    if shard == .optimizer { bucket.gradient = gradient }

    var kept = 0
    for index in bucket.units.indices {
      let piece = bucket.units[index].pieces[rank]
      guard !piece.isEmpty, let parameter, let gradient else { continue }
      let inShard = kept..<kept + piece.count
      kept += piece.count
      let parameterPlace = shard == .parameters ? inShard : piece
      let gradientPlace = shard == .optimizer ? piece : inShard
      bucket.units[index].parameterShard = .init(buffer: parameter, words: parameterPlace)
      bucket.units[index].gradientShard = .init(buffer: gradient, words: gradientPlace)
      bucket.shares.append(
        Bucket.Share(
          parameter: device.program.view(parameterPlace, of: parameter, named: "own parameters"),
          gradient: device.program.view(gradientPlace, of: gradient, named: "own gradients"),
          states: states.map { device.program.view(inShard, of: $0, named: "own state") },
          nodes: bucket.units[index].nodes))
    }
    for (box, place) in learned {
      let index = bucket.units.firstIndex { $0.words.contains(place.lowerBound) }!
      hold(box, at: place, in: &bucket.units[index], bucket, rank: rank, on: &device)
    }
    device.buckets.append(bucket)
  }

  /// What is exchanged at once.
  private func units(
    _ learned: [(box: HeldBox, place: Range<Int>)], _ shelf: Shelf, words: Int
  ) -> [ShardedUnit] {
    var units: [ShardedUnit] = []
    for (box, place) in learned {
      if let last = units.last, layout.partitioning.shard == .optimizer || last.nodes == [box.node.index] {
        units[units.count - 1].words = last.words.lowerBound..<place.upperBound
        units[units.count - 1].nodes = Array(Set(last.nodes + [box.node.index])).sorted()
      } else {
        units.append(ShardedUnit(nodes: [box.node.index], words: place))
      }
    }
    return units.map { unit in
      var unit = unit
      unit.pieces = shelf.group.indices.map { unit.words.cut($0, of: shelf.group.count) }
      return unit
    }
  }

  /// Gives the parts of a box's layer what they compute with, and says which words of it this device saves.
  private func hold(
    _ box: HeldBox, at place: Range<Int>, in unit: inout ShardedUnit, _ bucket: Bucket, rank: Int,
    on device: inout DeviceBuilder
  ) {
    let name = box.parameter.name
    let buffer: Index<Buffer>
    if let whole = bucket.parameter {
      buffer = device.program.view(place, of: whole, named: name)
      device.program.parameters.append(
        HeldParameter(
          node: box.node.index, ordinal: box.ordinal, ranges: box.ranges, buffer: buffer, gradient: nil, isSaved: false)
      )
    } else {
      buffer = device.buffer("\(name) gathered", .parameters, words: box.words)
      unit.parameters.append((place, buffer, 0))
    }
    let gradient: Index<Buffer>
    if let whole = bucket.gradient {
      gradient = device.program.view(place, of: whole, named: "\(name) gradient")
    } else {
      gradient = device.buffer("\(name) gradient", .gradients, words: box.words)
      unit.gradients.append((place, gradient, 0))
    }
    device.note(box.node.index, parts: box.parts) { parameters in
      parameters.learned.append(buffer)
      parameters.gradients.append(gradient)
    }
    let common = unit.pieces[rank].clamped(to: place)
    guard !common.isEmpty, let parameterShard = unit.parameterShard, let gradientShard = unit.gradientShard else {
      return
    }
    let words = common.lowerBound - place.lowerBound..<common.upperBound - place.lowerBound
    func view(_ shard: ShardedUnit.Place, _ name: String) -> Index<Buffer> {
      let first = shard.words.lowerBound + common.lowerBound - unit.pieces[rank].lowerBound
      return device.program.view(first..<first + common.count, of: shard.buffer, named: name)
    }
    let label = "\(name)[\(words.lowerBound)..<\(words.upperBound)]"
    device.program.parameters.append(
      HeldParameter(
        node: box.node.index, ordinal: box.ordinal, ranges: box.ranges, words: words,
        buffer: view(parameterShard, label), gradient: view(gradientShard, "\(label) gradient"),
        isSaved: bucket.group.contains(box.saver)))
  }
}

/// Words of a bucket that are exchanged at once, and what one device has of them.
struct ShardedUnit {
  var nodes: [Int]
  /// Within the bucket.
  var words: Range<Int>
  /// The words that each member of the group keeps, within the bucket.
  var pieces: [Range<Int>] = []
  /// This device's piece; nil where that is empty.
  var parameterShard: Place?
  var gradientShard: Place?
  /// Buffers of whole parameters while the unit is gathered; empty where parameters persist.
  var parameters: [ExchangeArray.Segment] = []
  /// Buffers of whole gradients until they are scattered; empty where gradients persist.
  var gradients: [ExchangeArray.Segment] = []

  struct Place {
    var buffer: Index<Buffer>
    var words: Range<Int>
  }
}
