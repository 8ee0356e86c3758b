import Networks
import Programs

/// The steps that collectives are made of, for one collective. Ranks count within ``devices``. What an algorithm does with
/// these stands in a file of its own.
///
/// Messages without words are not sent: where there are fewer words than ranks, some pieces are empty.
struct CollectiveSteps {
  let collective: Index<Collective>
  let devices: [Int]
  let purpose: Purpose
  /// Where in the schedule of every device the steps stand.
  let action: Action
  /// Keeps its messages apart from those of other streams between two devices.
  var stream = "exchange"
  /// ``Channel/priority``.
  var priority = 0
  /// For the names of buffers: `gradient`.
  var what = "gradient"
  /// Where in the network, where the words are a layer's.
  var node: Int?
  var microbatch: Int?

  /// A packed buffer on its way from one rank to another; nil where it has no words.
  struct Parcel {
    var from: Int
    var to: Int
    var buffer: Index<Buffer>?
  }

  var ranks: Range<Int> { devices.indices }

  /// A rank counted around the ring.
  func around(_ rank: Int) -> Int { (rank % devices.count + devices.count) % devices.count }

  /// Copies pieces of a rank's array into a buffer that can be sent; nil where they have no words.
  func pack(
    _ pieces: [Int], of array: ExchangeArray, rank: Int, _ lowering: inout ProgramLowering
  ) -> Index<Buffer>? {
    let blocks = array.blocks(pieces, rank: rank)
    let words = blocks.reduce(0) { $0 + $1.words }
    guard words > 0 else { return nil }
    let buffer = lowering.devices[devices[rank]].buffer("\(what) chunk", .buffers, words: words)
    var isFirst = true
    eachBlock(blocks, buffer) { block, packed in
      emit(block.count, from: block.region, to: packed, adding: false, defines: isFirst, rank: rank, &lowering)
      isFirst = false
    }
    return buffer
  }

  /// `pieces = buffer`
  func store(
    _ buffer: Index<Buffer>?, in pieces: [Int], of array: inout ExchangeArray, rank: Int,
    _ lowering: inout ProgramLowering
  ) {
    guard let buffer else { return }
    eachBlock(array.blocks(pieces, rank: rank), buffer) { block, packed in
      let defines = array.defines(block.region.buffer, rank: rank)
      emit(block.count, from: packed, to: block.region, adding: false, defines: defines, rank: rank, &lowering)
    }
  }

  /// `pieces += buffer`
  func add(
    _ buffer: Index<Buffer>?, to pieces: [Int], of array: ExchangeArray, rank: Int, _ lowering: inout ProgramLowering
  ) {
    guard let buffer else { return }
    eachBlock(array.blocks(pieces, rank: rank), buffer) { block, packed in
      emit(block.count, from: packed, to: block.region, adding: true, rank: rank, &lowering)
    }
  }

  /// `buffer += pieces`
  func add(
    _ pieces: [Int], of array: ExchangeArray, to buffer: Index<Buffer>?, rank: Int, _ lowering: inout ProgramLowering
  ) {
    guard let buffer else { return }
    eachBlock(array.blocks(pieces, rank: rank), buffer) { block, packed in
      emit(block.count, from: block.region, to: packed, adding: true, rank: rank, &lowering)
    }
  }

  /// `sum += buffer`, both packed on one rank.
  func add(_ buffer: Index<Buffer>?, to sum: Index<Buffer>?, rank: Int, _ lowering: inout ProgramLowering) {
    guard let buffer, let sum else { return }
    let words = 0..<lowering.devices[devices[rank]].program.buffers[buffer].words
    emit(
      Extent4(n: 1, k: 1, h: 1, w: words.count), from: Region(buffer: buffer, words: words),
      to: Region(buffer: sum, words: words), adding: true, rank: rank, &lowering)
  }

  /// Sends every parcel, then receives every parcel, both in the order given: nobody waits for what is not sent yet.
  ///
  /// - Returns: what arrived, in the same order.
  func carry(_ parcels: [Parcel], _ lowering: inout ProgramLowering) -> [Index<Buffer>?] {
    let sent = parcels.map { send($0, &lowering) }
    return sent.map { receive($0, &lowering) }
  }

  /// Sends a parcel; nil where there is nothing to send.
  func send(_ parcel: Parcel, _ lowering: inout ProgramLowering) -> Index<Message>? {
    guard let buffer = parcel.buffer else { return nil }
    let (from, to) = (devices[parcel.from], devices[parcel.to])
    let words = lowering.devices[from].program.buffers[buffer].words
    let arrival = lowering.devices[to].buffer("\(what) chunk from \(from)", .buffers, words: words)
    let message = lowering.messages.append(
      Message(
        channel: lowering.channel(from: from, to: to, stream: stream, priority: priority), from: from, to: to,
        words: words,
        purpose: purpose, sendBuffer: buffer, receiveBuffer: arrival, collective: collective, node: node,
        microbatch: microbatch))
    lowering.devices[from].emit(.send(message), .communication, in: action)
    return message
  }

  /// Receives what was sent; nil where that was nothing.
  func receive(_ message: Index<Message>?, _ lowering: inout ProgramLowering) -> Index<Buffer>? {
    guard let message else { return nil }
    lowering.devices[lowering.messages[message].to].emit(.receive(message), .communication, in: action)
    return lowering.messages[message].receiveBuffer
  }

  /// Every rank sends its buffer to the rank `distance` further on; returns what each rank received.
  func shift(
    _ buffers: [Index<Buffer>?], by distance: Int = 1, _ lowering: inout ProgramLowering
  ) -> [Index<Buffer>?] {
    let arrived = carry(ranks.map { Parcel(from: $0, to: around($0 + distance), buffer: buffers[$0]) }, &lowering)
    return ranks.map { arrived[around($0 - distance)] }
  }

  /// Calls `body` with each block and its place in a packed buffer.
  private func eachBlock(
    _ blocks: [ExchangeArray.Block], _ buffer: Index<Buffer>, _ body: (ExchangeArray.Block, Region) -> Void
  ) {
    var offset = 0
    for block in blocks {
      let count = block.count
      body(
        block,
        Region(
          buffer: buffer, offset: offset,
          strides: Extent4(n: count.k * count.h * count.w, k: count.h * count.w, h: count.w, w: 1)))
      offset += block.words
    }
  }

  private func emit(
    _ count: Extent4, from source: Region, to destination: Region, adding: Bool, defines: Bool = false, rank: Int,
    _ lowering: inout ProgramLowering
  ) {
    let device = devices[rank]
    let copy = lowering.devices[device].program.copies.append(
      Copy(
        count: count, source: source, destination: destination, defines: defines, purpose: purpose,
        collective: collective))
    lowering.devices[device].emit(adding ? .accumulate(copy) : .copy(copy), .communication, in: action)
  }
}
