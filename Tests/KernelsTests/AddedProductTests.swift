import Kernels
import Networks
import Testing

/// Linear layers that are one of several products of a sum.
@Suite struct AddedProductTests {
  /// Two products over halves of the inputs, the second added to the first, are the product over all inputs.
  @Test(arguments: [true, false]) func halvesAddUp(hasBias: Bool) {
    let (samples, inputs, outputs, cut) = (3, 7, 5, 4)
    let (x, w, bias) = (noise(samples * inputs, 1), noise(outputs * inputs, 2), noise(outputs, 3))
    func columns(_ values: [Float], _ range: Range<Int>) -> [Float] {
      (0..<values.count / inputs).flatMap { row in range.map { values[row * inputs + $0] } }
    }
    func rig(_ count: Int, _ weight: [Float], bias: [Float]?) -> LayerRig {
      LayerRig(
        LayerGeometry(
          kind: .linear(outputs: outputs, bias: bias != nil), inputs: [Extent4(n: samples, k: count)],
          output: Extent4(n: samples, k: outputs), wholeOutput: .features(outputs)),
        parameters: [weight] + (bias.map { [$0] } ?? []))
    }
    let whole = rig(inputs, w, bias: hasBias ? bias : nil).forward([x])
    let first = rig(cut, columns(w, 0..<cut), bias: nil).forward([columns(x, 0..<cut)])
    // The bias enters with the second product, so that adding both is tested.
    let second = rig(inputs - cut, columns(w, cut..<inputs), bias: hasBias ? bias : nil)
    var slots = second.slots
    slots.addsToOutput = true
    let adding = LayerKernel(geometry: second.kernel.geometry, slots: slots)
    second.memory.write(columns(x, cut..<inputs), to: slots.inputs[0])
    second.memory.write(first, to: slots.output)
    adding.forward(in: second.memory, mode: .training, step: 0)
    #expect(relativeError(second.memory.read(slots.output), whole) < 1e-6)
  }

  @Test func inputGradientsAddUp() {
    let rig = LayerRig(
      LayerGeometry(
        kind: .linear(outputs: 5, bias: false), inputs: [Extent4(n: 3, k: 4)], output: Extent4(n: 3, k: 5),
        wholeOutput: .features(5)), parameters: [noise(20, 4)])
    _ = rig.forward([noise(12, 5)])
    rig.setOutputGradient(noise(15, 6))
    rig.kernel.backward(in: rig.memory, accumulate: false, step: 0)
    let once = rig.inputGradients[0]
    var slots = rig.slots
    slots.addsToInputGradients = true
    LayerKernel(geometry: rig.kernel.geometry, slots: slots).backwardInput(in: rig.memory, step: 0)
    #expect(relativeError(rig.inputGradients[0], once.map { 2 * $0 }) < 1e-6)
  }
}
