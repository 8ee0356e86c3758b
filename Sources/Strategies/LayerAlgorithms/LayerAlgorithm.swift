/// How the devices of a split compute their layer together.
///
/// Every algorithm but ``boxes`` is for linear layers and has one device per part. What a device needs of the input and
/// holds of the output are boxes as everywhere, so that neighbours need not know: between them and the layer nothing but
/// the transfer rule is at work. What the algorithm moves is inside the layer.
public enum LayerAlgorithm: String, Hashable, Sendable, CaseIterable {
  /// Every device computes its box from all inputs that the box needs: no algorithm of its own.
  case boxes
  /// Cannon's matrix product on q×q devices (Cannon 1969; for neural networks Ericson and Mbuvha 2017): blocks of weights
  /// and of inputs travel, neither is replicated.
  case cannon
  /// SUMMA on r×s devices (van de Geijn and Watts 1997): panels of weights are broadcast along rows, of inputs along columns.
  case summa
  /// Fan-in and fan-out ownership, a reconstruction after Müller and Gunzinger 1994: every device has the weights into its
  /// outputs and the weights out of its inputs, so that no sum goes over several devices.
  case fan
}

extension Split {
  /// A linear layer on a grid of devices: the device in row `i` and column `j` has outputs part `i` and samples part `j`.
  ///
  /// - Parameter devices: Row by row.
  static func grid(_ algorithm: LayerAlgorithm, rows: Int, columns: Int, devices: [Int]) -> Split {
    var split = Split(n: columns, k: rows, devices: devices.transposed(rows: rows, columns: columns))
    split.algorithm = algorithm
    return split
  }

  /// Devices in the order of the text: of a grid row by row.
  var devicesByRow: [Int] { devices.transposed(rows: n, columns: k) }

  /// The part at a position of ``devicesByRow``.
  func part(atGridPosition position: Int) -> Int { position % n * k + position / n }

  /// The same parts on the same devices without an algorithm: what the layers after it follow.
  var withoutAlgorithm: Split {
    var split = self
    split.algorithm = .boxes
    return split
  }

  /// `cannon=2 | 0 1 2 3`; nil for boxes.
  var algorithmText: String? {
    let degrees: String
    switch algorithm {
    case .boxes: return nil
    case .cannon, .fan: degrees = "\(k)"
    case .summa: degrees = "\(k)x\(n)"
    }
    return "\(algorithm.rawValue)=\(degrees) | " + devicesByRow.map(String.init).joined(separator: " ")
  }
}

extension LayerAlgorithm {
  /// Rows and columns of the grid from what stands behind `cannon=`, `summa=` or `fan=`; nil where that is no size.
  func grid(parsing text: some StringProtocol) -> (rows: Int, columns: Int)? {
    func size(_ part: some StringProtocol) -> Int? {
      Int(part).flatMap { (1...Self.largestGrid).contains($0) ? $0 : nil }
    }
    switch self {
    case .boxes: return nil
    case .cannon: return size(text).map { ($0, $0) }
    case .fan: return size(text).map { ($0, 1) }
    case .summa:
      let sides = text.split(separator: "x", omittingEmptySubsequences: false)
      guard sides.count == 2, let rows = size(sides[0]), let columns = size(sides[1]) else { return nil }
      return (rows, columns)
    }
  }

  /// What a size looks like, for messages.
  var example: String {
    switch self {
    case .boxes: ""
    case .cannon: "cannon=2 for 2×2 devices"
    case .summa: "summa=2x3 for 2×3 devices"
    case .fan: "fan=4 for 4 devices"
    }
  }

  private static let largestGrid = 4096
}

extension [Int] {
  /// A matrix of `rows` × `columns` that is stored row by row, column by column; lists of another length as they are.
  fileprivate func transposed(rows: Int, columns: Int) -> [Int] {
    guard count == rows * columns else { return self }
    return (0..<columns).flatMap { column in (0..<rows).map { self[$0 * columns + column] } }
  }
}
