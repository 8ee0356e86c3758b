import Programs

/// How many words the blocks of one operand travel in one pass over a layer, all devices together: from the sizes of the
/// layer alone, and not from the moves of the plan.
struct GridVolume {
  let words: Int
  let formula: String

  /// - Parameters:
  ///   - outputs, inputs, samples: Of the whole layer and microbatch: W is outputs × inputs, X inputs × samples.
  ///   - isGradient: Blocks travel before the products, their gradients after them.
  init(
    _ algorithm: LayerAlgorithm, rows: Int, columns: Int, operand: GridPlan.Operand, isGradient: Bool, outputs: Int,
    inputs: Int, samples: Int
  ) {
    let whole = operand == .weight ? outputs * inputs : inputs * samples
    let name = (isGradient ? "d" : "") + (operand == .weight ? "W" : "X")
    guard algorithm == .cannon else {
      // Each block reaches, and each gradient comes from, all others of its row or column.
      let peers = operand == .weight ? columns : rows
      (words, formula) = ((peers - 1) * whole, "(\(operand == .weight ? "s" : "r")-1)|\(name)|")
      return
    }
    // q-1 shifts of everything, and a skew that leaves one row of W, or column of X, where it is: the first before the
    // products; with the gradients' way home it is the second.
    let q = rows
    let resting = isGradient ? 1 % q : 0
    if operand == .weight {
      words = q * whole - (0..<outputs).cut(resting, of: q).count * inputs
      formula = "q|\(name)| - |\(name)[row \(resting)]|"
    } else {
      words = q * whole - (0..<samples).cut(resting, of: q).count * inputs
      formula = "q|\(name)| - |\(name)[column \(resting)]|"
    }
  }
}
