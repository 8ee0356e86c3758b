import Networks
import Strategies
import Testing

/// The transparency law for strategies that combine several dimensions.
@Suite struct CombinedTransparencyTests {
  /// Every factorisation of up to nine devices into data, model and pipeline.
  @Test(arguments: 1...9) func meshes(devices: Int) throws {
    for model in 1...devices where devices % model == 0 {
      for pipeline in 1...devices / model where devices / model % pipeline == 0 && pipeline <= 5 {
        let mesh = Mesh(
          model: model, pipeline: pipeline, schedule: pipeline % 2 == 0 ? .gpipe : .oneForwardOneBackward)
        let microbatches = pipeline > 1 && devices / model / pipeline < 4 ? 3 : 1
        for network in [TransparencyTests.chain, TransparencyTests.residual] {
          try TransparencyTests.check(
            .mesh(mesh), network, devices: devices, microbatches: microbatches, steps: 2)
        }
      }
    }
  }

  @Test(arguments: [1, 2, 3, 4, 6, 8, 9], [ModelSplit.k, .c, .h, .w, .pairs])
  func grids(devices: Int, split: ModelSplit) throws {
    for rows in 1...devices where devices % rows == 0 {
      for network in [TransparencyTests.chain, TransparencyTests.spatial] {
        try TransparencyTests.check(.grid(Grid(rows: rows, split: split)), network, devices: devices, steps: 2)
      }
    }
  }

  @Test(arguments: 1...9, JunctionScheme.allCases) func hybrids(devices: Int, scheme: JunctionScheme) throws {
    for network in [TransparencyTests.images, TransparencyTests.residual] {
      for variable in Switch.allCases where scheme != .a || variable == .off {
        try TransparencyTests.check(
          .hybrid(Hybrid(scheme: scheme, variable: variable)), network, devices: devices, batch: devices * devices + 2,
          steps: 3)
      }
    }
  }
}
