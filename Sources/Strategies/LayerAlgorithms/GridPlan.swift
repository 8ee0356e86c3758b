import Networks

/// What the devices of a grid do to multiply `Y = W X` together, as a value: rounds of blocks that travel and products.
///
/// The device in row `i` and column `j` of r×s holds block (i, j) of the weight W (outputs × inputs), block (i, j) of the
/// input X (inputs × samples) and gets block (i, j) of the output Y (outputs × samples). W's inputs are cut in s parts,
/// X's in r: the union of both cuts are the *panels*. A product of a round multiplies a row's part of a panel of W by a
/// column's part of the panel of X and is added to Y.
///
/// Backward is the mirror: dY stays where Y is, and the same blocks come by in the same order. Each round contributes
/// `dX += Wᵀ dY` and `dW += dY Xᵀ` of its panel. So no block is ever transposed or exchanged with a mirror device, and no
/// gradient is reduced by all.
struct GridPlan: Hashable {
  /// The two factors whose blocks travel.
  enum Operand: Hashable, CaseIterable {
    case weight
    case input
  }

  /// A block, or the gradient of one, that goes from one device to another; positions count row by row.
  struct Move: Hashable {
    var operand: Operand
    var panel: Int
    var from: Int
    var to: Int
  }

  /// Products that all devices compute at the same time, and what has to travel before and after.
  struct Round: Hashable {
    /// The panel that each device multiplies.
    var products: [Int]
    /// Blocks that arrive before the products.
    var blocks: [Move]
    /// Gradients that leave after the products of backward.
    var gradients: [Move]
    /// True where gradients go to the devices that hold their block; else they join the next round's.
    var gradientsGoHome: Bool
  }

  let rows: Int
  let columns: Int
  /// Consecutive ranges of the layer's inputs.
  let panels: [Range<Int>]
  let rounds: [Round]

  /// The plan of an algorithm for a layer of `inputs` inputs.
  init(_ algorithm: LayerAlgorithm, rows: Int, columns: Int, inputs: Int) {
    self.rows = rows
    self.columns = columns
    let cuts = [rows, columns].flatMap { parts in (0..<parts).map { (0..<inputs).cut($0, of: parts) } }
    let ends = Set(cuts.map(\.upperBound)).sorted()
    panels = zip([0] + ends, ends).map { $0..<$1 }
    rounds =
      algorithm == .cannon
      ? Self.cannon(rows) : Self.summa(rows: rows, columns: columns, panels: panels, inputs: inputs)
  }

  /// The part of a dimension that holds a panel.
  static func part(_ panel: Range<Int>, of parts: Int, in inputs: Int) -> Int {
    (0..<parts).first { (0..<inputs).cut($0, of: parts).contains(panel.lowerBound) }!
  }
}

extension GridPlan {
  /// Cannon's rounds: in round t the device (i, j) multiplies panel i + j + t.
  ///
  /// Before the first round row i of W moves i places to the left and column j of X moves j places up (the skew), from the
  /// blocks' homes, which stay. Between rounds everything moves one place on. Gradients travel with their blocks and go
  /// home after the last round.
  fileprivate static func cannon(_ q: Int) -> [Round] {
    func position(_ row: Int, _ column: Int) -> Int { (row + q) % q * q + (column + q) % q }
    return (0..<q).map { t in
      var round = Round(products: [], blocks: [], gradients: [], gradientsGoHome: t == q - 1)
      for i in 0..<q {
        for j in 0..<q {
          let panel = (i + j + t) % q
          let here = position(i, j)
          round.products.append(panel)
          let origins = t == 0 ? (position(i, panel), position(panel, j)) : (position(i, j + 1), position(i + 1, j))
          for (operand, from) in [(Operand.weight, origins.0), (.input, origins.1)] where from != here {
            round.blocks.append(Move(operand: operand, panel: panel, from: from, to: here))
          }
          let targets =
            t == q - 1 ? (position(i, panel), position(panel, j)) : (position(i, j - 1), position(i - 1, j))
          round.gradients.append(Move(operand: .weight, panel: panel, from: here, to: targets.0))
          round.gradients.append(Move(operand: .input, panel: panel, from: here, to: targets.1))
        }
      }
      return round
    }
  }

  /// SUMMA's rounds, one panel each: its column of W is broadcast along the rows, its row of X along the columns.
  ///
  /// Backward the partial gradients of the panel go straight to the devices that hold it, which add them in rank order.
  fileprivate static func summa(rows: Int, columns: Int, panels: [Range<Int>], inputs: Int) -> [Round] {
    panels.indices.map { panel in
      let column = part(panels[panel], of: columns, in: inputs)
      let row = part(panels[panel], of: rows, in: inputs)
      var round = Round(
        products: Array(repeating: panel, count: rows * columns), blocks: [], gradients: [], gradientsGoHome: true)
      for i in 0..<rows {
        for j in 0..<columns {
          let here = i * columns + j
          for (operand, home) in [(Operand.weight, i * columns + column), (.input, row * columns + j)] {
            if home != here {
              round.blocks.append(Move(operand: operand, panel: panel, from: home, to: here))
            }
            round.gradients.append(Move(operand: operand, panel: panel, from: here, to: home))
          }
        }
      }
      return round
    }
  }
}

extension GridPlan: CustomStringConvertible {
  /// Per round the panel that each device multiplies, row by row; the moves before it (`W2 0→1`: panel 2 of W from the
  /// device at position 0 to that at 1), and the gradients after it.
  var description: String {
    func list(_ moves: [Move]) -> String {
      moves.filter { $0.from != $0.to }
        .map { "\($0.operand == .weight ? "W" : "X")\($0.panel) \($0.from)→\($0.to)" }.joined(separator: ", ")
    }
    return rounds.enumerated().map { number, round in
      let grid = (0..<rows).map { row in
        round.products[row * columns..<(row + 1) * columns].map(String.init).joined(separator: " ")
      }
      let lines = [
        "round \(number): \(grid.joined(separator: " / "))", "  blocks \(list(round.blocks))",
        "  gradients \(list(round.gradients))\(round.gradientsGoHome ? ", home" : "")",
      ]
      return lines.joined(separator: "\n")
    }.joined(separator: "\n")
  }
}
