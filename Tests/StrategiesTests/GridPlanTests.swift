import Testing

@testable import Strategies

/// The plans of Cannon and SUMMA as tables, and executed with whole numbers.
@Suite struct GridPlanTests {
  @Test func cannonOnTwoByTwoIsTheGoldenTable() {
    #expect(
      GridPlan(.cannon, rows: 2, columns: 2, inputs: 8).description == """
        round 0: 0 1 / 1 0
          blocks X1 3→1, W1 3→2, W0 2→3, X0 1→3
          gradients W0 0→1, X0 0→2, W1 1→0, X1 1→3, W1 2→3, X1 2→0, W0 3→2, X0 3→1
        round 1: 1 0 / 0 1
          blocks W1 1→0, X1 2→0, W0 0→1, X0 3→1, W0 3→2, X0 0→2, W1 2→3, X1 1→3
          gradients W1 0→1, X1 0→2, W0 1→0, X0 2→0, home
        """)
  }

  /// Row i of W moves i places to the left, column j of X moves j places up; then everything moves one place.
  @Test func cannonOnThreeByThreeSkewsAndShifts() {
    let plan = GridPlan(.cannon, rows: 3, columns: 3, inputs: 9)
    #expect(
      plan.rounds.map(\.products) == [
        [0, 1, 2, 1, 2, 0, 2, 0, 1], [1, 2, 0, 2, 0, 1, 0, 1, 2], [2, 0, 1, 0, 1, 2, 1, 2, 0],
      ])
    #expect(
      plan.rounds[0].blocks.filter { $0.operand == .weight }.map { [$0.panel, $0.from, $0.to] }
        == [[1, 4, 3], [2, 5, 4], [0, 3, 5], [2, 8, 6], [0, 6, 7], [1, 7, 8]])
    for round in plan.rounds.dropFirst() {
      #expect(round.blocks.count == 18)
      for move in round.blocks {
        let isLeft = move.from / 3 == move.to / 3 && (move.to + 1) % 3 == move.from % 3
        let isUp = move.from % 3 == move.to % 3 && (move.to / 3 + 1) % 3 == move.from / 3
        #expect(move.operand == .weight ? isLeft : isUp)
      }
    }
  }

  @Test func summaOnTwoByThreeBroadcastsPanels() {
    let plan = GridPlan(.summa, rows: 2, columns: 3, inputs: 6)
    #expect(plan.panels == [0..<2, 2..<3, 3..<4, 4..<6])
    #expect(
      plan.description.split(separator: "\n").prefix(6).joined(separator: "\n") == """
        round 0: 0 0 0 / 0 0 0
          blocks W0 0→1, W0 0→2, X0 0→3, W0 3→4, X0 1→4, W0 3→5, X0 2→5
          gradients W0 1→0, W0 2→0, X0 3→0, W0 4→3, X0 4→1, W0 5→3, X0 5→2, home
        round 1: 1 1 1 / 1 1 1
          blocks W1 1→0, W1 1→2, W1 4→3, X1 0→3, X1 1→4, W1 4→5, X1 2→5
          gradients W1 0→1, W1 2→1, W1 3→4, X1 3→0, X1 4→1, W1 5→4, X1 5→2, home
        """)
  }

  static let grids: [(LayerAlgorithm, Int, Int)] =
    (1...5).map { (.cannon, $0, $0) }
    + [(1, 1), (1, 2), (2, 1), (2, 3), (3, 2), (3, 3), (2, 4), (4, 3), (5, 1)].map { (.summa, $0.0, $0.1) }

  /// Blocks are only taken from where they are, and Y = W X, dX = Wᵀ dY, dW = dY Xᵀ come out exactly.
  @Test(arguments: grids) func plansMultiply(algorithm: LayerAlgorithm, rows: Int, columns: Int) {
    for (outputs, inputs, samples) in [(7, 9, 8), (10, 5, 5), (5, 11, 13)] {
      var machine = GridMachine(
        GridPlan(algorithm, rows: rows, columns: columns, inputs: inputs), outputs: outputs, inputs: inputs,
        samples: samples)
      machine.run()
      #expect(machine.problems.isEmpty)
      #expect(machine.output == machine.weight.times(machine.input))
      #expect(machine.inputGradient == machine.weight.transposed.times(machine.outputGradient))
      #expect(machine.weightGradient == machine.outputGradient.times(machine.input.transposed))
    }
  }

  /// The closed forms, computed from sizes, are the sums over the moves of the plan.
  @Test(arguments: grids) func volumesAreTheClosedForm(algorithm: LayerAlgorithm, rows: Int, columns: Int) {
    let (outputs, inputs, samples) = (7, 11, 13)
    let plan = GridPlan(algorithm, rows: rows, columns: columns, inputs: inputs)
    for operand in GridPlan.Operand.allCases {
      for isGradient in [false, true] {
        let moves = plan.rounds.flatMap { isGradient ? $0.gradients : $0.blocks }
        let words = moves.filter { $0.operand == operand && $0.from != $0.to }.reduce(0) { sum, move in
          let across =
            operand == .weight
            ? (0..<outputs).cut(move.to / columns, of: rows) : (0..<samples).cut(move.to % columns, of: columns)
          return sum + across.count * plan.panels[move.panel].count
        }
        let volume = GridVolume(
          algorithm, rows: rows, columns: columns, operand: operand, isGradient: isGradient, outputs: outputs,
          inputs: inputs, samples: samples)
        #expect(words == volume.words, "\(volume.formula)")
      }
    }
  }

  /// Messages of a pass: per operand q(q² - 1) in Cannon's algorithm; per panel one to each other device of a row or column.
  @Test(arguments: grids) func messagesAreTheClosedForm(algorithm: LayerAlgorithm, rows: Int, columns: Int) {
    let plan = GridPlan(algorithm, rows: rows, columns: columns, inputs: 11)
    let count =
      algorithm == .cannon
      ? 2 * rows * (rows * rows - 1) : plan.panels.count * (rows * (columns - 1) + columns * (rows - 1))
    #expect(plan.rounds.flatMap(\.blocks).count == count)
    #expect(plan.rounds.flatMap(\.gradients).count { $0.from != $0.to } == count)
  }

  /// With sizes that q divides, a sweep is (q² - 1)/q of the array.
  @Test(arguments: [1, 2, 3, 4]) func evenSweepsAreTheTextbooks(q: Int) {
    let volume = GridVolume(
      .cannon, rows: q, columns: q, operand: .weight, isGradient: false, outputs: 12, inputs: 24, samples: 36)
    #expect(volume.words == (q * q - 1) * 12 * 24 / q)
  }
}

/// A matrix of whole numbers.
private struct Matrix: Equatable {
  var rows: [[Int]]

  init(_ height: Int, _ width: Int, _ value: (Int, Int) -> Int = { _, _ in 0 }) {
    rows = (0..<height).map { row in (0..<width).map { value(row, $0) } }
  }

  var transposed: Matrix { Matrix(rows[0].count, rows.count) { rows[$1][$0] } }

  func times(_ other: Matrix) -> Matrix {
    Matrix(rows.count, other.rows[0].count) { row, column in
      rows[row].indices.reduce(0) { $0 + rows[row][$1] * other.rows[$1][column] }
    }
  }
}

/// Executes a plan: which device has which panel is bookkeeping, the arithmetic is exact.
private struct GridMachine {
  let plan: GridPlan
  let weight: Matrix
  let input: Matrix
  let outputGradient: Matrix
  var output: Matrix
  var weightGradient: Matrix
  var inputGradient: Matrix
  var problems: [String] = []

  init(_ plan: GridPlan, outputs: Int, inputs: Int, samples: Int) {
    self.plan = plan
    weight = Matrix(outputs, inputs) { ($0 * 7 + $1 * 3) % 11 - 5 }
    input = Matrix(inputs, samples) { ($0 * 5 + $1 * 2) % 13 - 6 }
    outputGradient = Matrix(outputs, samples) { ($0 + $1 * 4) % 9 - 4 }
    output = Matrix(outputs, samples)
    weightGradient = Matrix(outputs, inputs)
    inputGradient = Matrix(inputs, samples)
  }

  mutating func run() {
    /// Panels that a device has besides its home block, and whose gradients it carries, by operand.
    var held = [[GridPlan.Operand: Int]](repeating: [:], count: plan.rows * plan.columns)
    var carried = held
    for round in plan.rounds {
      var next = [[GridPlan.Operand: Int]](repeating: [:], count: held.count)
      for move in round.blocks {
        if held[move.from][move.operand] != move.panel, !isHome(move.operand, move.panel, move.from) {
          problems.append("position \(move.from) has no panel \(move.panel)")
        }
        next[move.to][move.operand] = move.panel
      }
      held = next
      for position in held.indices {
        for operand in GridPlan.Operand.allCases {
          let panel = round.products[position]
          if held[position][operand] ?? panel != panel
            || held[position][operand] == nil
              && !isHome(operand, panel, position)
          {
            problems.append("position \(position) lacks panel \(panel)")
          }
          if let carrying = carried[position][operand], carrying != panel { problems.append("mixes gradients") }
        }
        multiply(position, round.products[position])
      }
      carried = [[GridPlan.Operand: Int]](repeating: [:], count: held.count)
      for move in round.gradients {
        if move.panel != round.products[move.from] { problems.append("sends a gradient that it does not have") }
        if round.gradientsGoHome {
          if !isHome(move.operand, move.panel, move.to) { problems.append("a gradient goes astray") }
        } else {
          carried[move.to][move.operand] = move.panel
        }
      }
    }
  }

  private func isHome(_ operand: GridPlan.Operand, _ panel: Int, _ position: Int) -> Bool {
    let inputs = input.rows.count
    return operand == .weight
      ? GridPlan.part(plan.panels[panel], of: plan.columns, in: inputs) == position % plan.columns
      : GridPlan.part(plan.panels[panel], of: plan.rows, in: inputs) == position / plan.columns
  }

  private mutating func multiply(_ position: Int, _ panel: Int) {
    let outputs = (0..<weight.rows.count).cut(position / plan.columns, of: plan.rows)
    let samples = (0..<input.rows[0].count).cut(position % plan.columns, of: plan.columns)
    for k in outputs {
      for n in samples {
        for c in plan.panels[panel] {
          output.rows[k][n] += weight.rows[k][c] * input.rows[c][n]
          weightGradient.rows[k][c] += outputGradient.rows[k][n] * input.rows[c][n]
          inputGradient.rows[c][n] += weight.rows[k][c] * outputGradient.rows[k][n]
        }
      }
    }
  }
}
