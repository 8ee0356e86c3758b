extension Calibration {
  /// So that simulations say something before `partita bench` was run: fitted class by class to recorded runs on another,
  /// busy machine. Single layers differ from their class's line by up to 90 %; what `receive`, `zero`, `runtime` and `wake`
  /// take is estimated. Not for predictions; `bench` replaces all of it.
  public static let standard = Calibration(
    machine: "one core of an AMD EPYC server", date: "2026-11-23",
    costs: [
      "linear.forward": Cost(fixed: 1800, perUnit: 0.030), "linear.backward": Cost(fixed: 3600, perUnit: 0.029),
      "conv.forward": Cost(fixed: 19_000, perUnit: 0.029), "conv.backward": Cost(fixed: 23_000, perUnit: 0.040),
      "batchNorm.forward": Cost(fixed: 100, perUnit: 0.91), "batchNorm.backward": Cost(fixed: 25_000, perUnit: 1.29),
      "maxPool.forward": Cost(fixed: 41_000, perUnit: 0.44), "maxPool.backward": Cost(fixed: 46_000, perUnit: 0.64),
      "averagePool.forward": Cost(fixed: 0, perUnit: 4.4), "averagePool.backward": Cost(fixed: 0, perUnit: 4.1),
      "globalAveragePool.forward": Cost(fixed: 0, perUnit: 1.0),
      "globalAveragePool.backward": Cost(fixed: 0, perUnit: 2.4),
      "relu.forward": Cost(fixed: 0, perUnit: 0.41), "relu.backward": Cost(fixed: 0, perUnit: 0.36),
      "leakyRelu.forward": Cost(fixed: 0, perUnit: 0.57), "leakyRelu.backward": Cost(fixed: 0, perUnit: 0.73),
      "sigmoid.forward": Cost(fixed: 520, perUnit: 8.0), "sigmoid.backward": Cost(fixed: 0, perUnit: 0.52),
      "tanh.forward": Cost(fixed: 0, perUnit: 32), "tanh.backward": Cost(fixed: 0, perUnit: 0.44),
      "gelu.forward": Cost(fixed: 370, perUnit: 12.4), "gelu.backward": Cost(fixed: 590, perUnit: 21.8),
      "dropout.forward": Cost(fixed: 0, perUnit: 16.8), "dropout.backward": Cost(fixed: 0, perUnit: 16.2),
      "flatten.forward": Cost(fixed: 0, perUnit: 0.17), "flatten.backward": Cost(fixed: 0, perUnit: 0.28),
      "load": Cost(fixed: 840, perUnit: 0.48), "loss": Cost(fixed: 0, perUnit: 42),
      "update": Cost(fixed: 0, perUnit: 0.50),
      "copy": Cost(fixed: 0, perUnit: 0.25), "accumulate": Cost(fixed: 0, perUnit: 0.29),
      "zero": Cost(fixed: 100, perUnit: 0.1), "send": Cost(fixed: 760, perUnit: 0),
      "receive": Cost(fixed: 700, perUnit: 0),
      "runtime": Cost(fixed: 150, perUnit: 0),
    ], wakeNanoseconds: 20_000)
}
