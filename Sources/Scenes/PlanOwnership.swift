import Networks
import Programs
import Strategies

extension Plan {
  /// A table of all layers, and below it the picture of one.
  static func picture(_ owners: [LayerOwnership], layer: Int?) -> [String] {
    guard let chosen = layer.flatMap({ owners.indices.contains($0) ? owners[$0] : nil }) ?? owners.mostInteresting
    else {
      return []
    }
    let drawing = OwnershipPicture(chosen, names: owners.map(\.node.name))
      .canvas(width: Self.pictureWidth, height: Self.pictureHeight)
    return ["who holds what"] + leftTable(owners.table) + [""] + drawing.text.map { $0.isEmpty ? "" : "  \($0)" }
  }

  /// Wide enough for four tiles, and no wider than people read.
  private static let pictureWidth = 98
  private static let pictureHeight = 48

  /// Columns aligned to the left.
  private static func leftTable(_ rows: [[String]]) -> [String] {
    let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      var line =
        "  " + zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }.joined(separator: "  ")
      while line.last == " " { line.removeLast() }
      return line
    }
  }
}

extension Plan.Ownership {
  init(_ owners: LayerOwnership) {
    layer = owners.node.name
    split = owners.splitText
    devices = owners.devices
    heldWords = owners.devices.map { owners.heldWords(on: $0) }
    reductions = owners.reductions
    halo = owners.haloText
    parts = owners.parts.map { part in
      func range(_ range: Range<Int>) -> [Int] { [range.lowerBound, range.upperBound] }
      var fetched: [String: Int] = [:]
      for piece in part.inputs.flatMap(\.fetched) { fetched["\(piece.from)", default: 0] += piece.box.count }
      return Part(
        device: part.device, microbatch: part.microbatch, n: range(part.output.n), k: range(part.output.k),
        h: range(part.output.h), w: range(part.output.w), summand: part.summand, summands: part.summands,
        fetchedWords: part.inputs.isEmpty ? nil : fetched)
    }
  }
}

extension Plan.Term {
  init(_ term: CommunicationTerm) {
    purpose = term.purpose.rawValue
    name = term.name
    count = term.count
    formula = term.derivation
    expectedBytes = 4 * term.expectedWords
    bytes = 4 * term.countedWords
    messages = term.messages
    expectedMessages = term.expectedMessages
    devices = term.devices
  }
}
