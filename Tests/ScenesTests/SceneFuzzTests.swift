import Diagnostics
import PartitaTesting
import Testing

@testable import Scenes

/// Whatever is read as a scene ends as a scene or as problems that a person can read.
@Suite struct SceneFuzzTests {
  private static let seed: UInt64 = 20_260_729

  @Test(.timeLimit(.minutes(1))) func damagedScenesAreReadOrRefused() throws {
    var mutator = Mutator(seed: Self.seed)
    for round in 0..<600 {
      let preset = SceneLibrary.presets[round % SceneLibrary.presets.count]
      let text = mutator.text(preset.yaml)
      let place: Comment = "seed \(Self.seed), round \(round): \(text)"
      do {
        let scene = try Scene(yaml: text)
        #expect(try Scene(yaml: scene.yaml) == scene, place)
      } catch {
        expectReadable(error, place)
      }
    }
  }

  @Test(.timeLimit(.minutes(1))) func damagedReplacementsAreAppliedOrRefused() throws {
    let sound = [
      "training.batch=32", "training.rate={rate: 0.1, schedule: cosine}", "network.layers[2].linear.outputs=10",
      "network.layers.1=relu", "data={set: blobs, samples: 100}", "machine.perturb.jitter.seed=3",
      "machine={devices: 4, link: \"20us,1GB/s\"}", "strategy=pipeline(schedule=gpipe)", "network.input=[1, 8, 8]",
    ]
    let preset = try SceneLibrary.preset(named: "digits-mlp").yaml
    var mutator = Mutator(seed: Self.seed)
    for round in 0..<1000 {
      let text = mutator.text(sound[round % sound.count])
      do {
        _ = try Scene(yaml: preset, overrides: [SceneOverride(parsing: text)])
      } catch {
        expectReadable(error, "seed \(Self.seed), round \(round): \(text)")
      }
    }
  }

  private func expectReadable(_ error: DiagnosticList, _ place: Comment) {
    #expect(!error.all.isEmpty, place)
    #expect(error.all.allSatisfy { !$0.message.isEmpty }, place)
    #expect(error.description.utf8.count < 50_000, place)
  }
}
