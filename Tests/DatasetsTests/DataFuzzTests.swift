import Diagnostics
import Networks
import PartitaTesting
import Testing

@testable import Datasets

/// Whatever stands in a file of samples ends as a consistent set or as problems.
@Suite(.timeLimit(.minutes(1))) struct DataFuzzTests {
  private static let seed: UInt64 = 20_260_730
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func damagedFilesAreReadOrRefused() throws {
    let images = idx([6, 3, 3], (0..<54).map { UInt8($0) })
    let labels = idx([6], [0, 1, 2, 0, 1, 2])
    let table = "a,b,label\n" + (0..<20).map { "\($0).5,-\($0)e-1,\($0 % 3)\n" }.joined()
    let record = [UInt8](repeating: 7, count: 3073)
    let sound = try folder.write("labels", labels)
    var mutator = Mutator(seed: Self.seed)
    for round in 0..<400 {
      let (source, content): (DataSource, [UInt8])
      switch round % 4 {
      case 0:
        content = mutator.bytes(images)
        source = .idx(images: try folder.write("damaged", content), labels: sound)
      case 1:
        content = mutator.bytes(labels)
        source = .idx(images: try folder.write("images", images), labels: try folder.write("damaged", content))
      case 2:
        content = Array(mutator.text(table).utf8)
        source = .csv(file: try folder.write("damaged", content))
      default:
        content = mutator.bytes(record + record)
        source = .cifar10(files: [try folder.write("damaged", content)])
      }
      let place: Comment = "seed \(Self.seed), round \(round): \(String(decoding: content.prefix(400), as: UTF8.self))"
      let outline = source.outline
      do throws(DiagnosticList) {
        let set = try source.load(seed: 0)
        #expect(set.train.features.allSatisfy { $0.isFinite }, place)
        if let outline { #expect(outline.shape == set.train.shape, place) }
      } catch {
        #expect(!error.all.isEmpty && error.description.utf8.count < 20_000, place)
      }
    }
  }
}
