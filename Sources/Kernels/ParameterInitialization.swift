import Networks

/// A parameter's values before the first step. They depend on the seed, the parameter's name and the place in the whole
/// parameter, so every device computes its part alone and all agree.
public enum ParameterInitialization {
  /// All values of a parameter, in its layout.
  public static func values(parameter: Parameter, seed: UInt64) -> [Float] {
    values(parameter: parameter, seed: seed, box: parameter.shape.map { 0..<$0 })
  }

  /// The values of a part of a parameter, contiguous, in its layout. `box` has one range per axis of the parameter.
  public static func values(parameter: Parameter, seed: UInt64, box: [Range<Int>]) -> [Float] {
    precondition(box.count == parameter.shape.count, "one range per axis of \(parameter.name)")
    var indices = [0]
    for (axis, range) in box.enumerated() {
      precondition(range.lowerBound >= 0 && range.upperBound <= parameter.shape[axis], "a part of \(parameter.name)")
      indices = indices.flatMap { index in range.map { index * parameter.shape[axis] + $0 } }
    }
    switch parameter.initial {
    case .constant(let value): return indices.map { _ in value }
    case .uniform(let bound):
      let random = CounterRandom(seed: seed, stream: parameter.name)
      return indices.map { bound * (2 * random.uniform($0) - 1) }
    }
  }
}
