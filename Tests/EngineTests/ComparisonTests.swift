import Checkpoints
import Networks
import Programs
import Testing

@testable import Engine

@Suite struct ComparisonTests {
  @Test func ringEqualsSerial() throws {
    let comparison = try Comparison(
      program: HandBuilt.ring(), reference: HandBuilt.serial(), dataset: HandBuilt.dataset(), shuffle: true,
      training: HandBuilt.training(.epochs(1)), steps: 10)
    #expect(comparison.isEqual)
    #expect(comparison.steps == 10)
    #expect(try #require(comparison.maxRelativeGradientDifference) < 1e-4)
  }

  @Test func aProgramThatTrainsOtherwiseIsFound() throws {
    // A ring whose second device forgets what it received.
    var wrong = HandBuilt.ring()
    let list = wrong.devices[1].instructions.indices.map { position in
      let instruction = wrong.devices[1].instructions[position]
      if case .accumulate(let index) = instruction {
        return (Instruction.copy(index), wrong.devices[1].lanes[position], wrong.devices[1].actions[position])
      }
      return (instruction, wrong.devices[1].lanes[position], wrong.devices[1].actions[position])
    }
    wrong.devices[1].replaceInstructions(list)
    let comparison = try Comparison(
      program: wrong, reference: HandBuilt.serial(), dataset: HandBuilt.dataset(), shuffle: true,
      training: HandBuilt.training(.epochs(1)), steps: 4)
    #expect(!comparison.isEqual)
    #expect(comparison.maxRelativeParameterDifference > Comparison.parameterTolerance)
  }

  @Test func differencesAreRelativeToTheArray() {
    func tensor(_ name: String, _ values: [Float]) -> NamedTensor {
      NamedTensor(name: name, shape: [values.count], values: values)
    }
    let reference = [tensor("a", [1, -4]), tensor("b", [0.5, 0.25])]
    #expect(Comparison.relativeDifference(reference, reference) == 0)
    #expect(Comparison.relativeDifference([tensor("a", [1, -3]), reference[1]], reference) == 0.25)
    #expect(Comparison.relativeDifference([reference[0], tensor("b", [0.75, 0.25])], reference) == 0.5)
    #expect(Comparison.relativeDifference([reference[0]], reference) == .infinity)
    #expect(Comparison.relativeDifference([reference[0], tensor("b", [.nan, 0.25])], reference) == .infinity)
    // An array of zeros counts against a thousandth of the largest one.
    let flat = [tensor("a", [1, -4]), tensor("b", [0, 0])]
    #expect(abs(Comparison.relativeDifference([flat[0], tensor("b", [4e-6, 0])], flat) - 1e-3) < 1e-9)
  }
}
