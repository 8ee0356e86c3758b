import Foundation
import Networks
import Testing

@testable import Datasets

@Suite struct FileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func idxFilesAreReadAndScaled() throws {
    let images = try folder.write("i", idx([2, 2, 3], [0, 51, 102, 153, 204, 255, 1, 2, 3, 4, 5, 6]))
    let labels = try folder.write("l", idx([2], [1, 0]))
    let set = try DataSource.idx(images: images, labels: labels, testImages: images, testLabels: labels).load(seed: 0)
    #expect(set.train.shape == .image(channels: 1, height: 2, width: 3))
    #expect(Array(set.train.features[..<6]) == [0, 51, 102, 153, 204, 255].map { $0 / 255 })
    #expect(set.train.targets == [1, 0])
    #expect(set.train.classes == 2)
    #expect(set.test == set.train)
  }

  @Test func gzipIsRecognisedByItsContents() throws {
    let stored = gzipStored(idx([3], [1, 0, 2]))
    let images = try folder.write("i", idx([3, 1, 1], [1, 2, 3]))
    #expect(
      try DataSource.idx(images: images, labels: folder.write("l", stored)).load(seed: 0).train.targets == [1, 0, 2])
    let cut = try folder.write("cut", Array(stored.dropLast(9)))
    #expect(problems(.idx(images: images, labels: cut)).first?.message.contains("gzip data end early") == true)
    var damaged = stored
    damaged[damaged.count - 8] ^= 1
    let bad = try folder.write("bad", damaged)
    #expect(problems(.idx(images: images, labels: bad)).first?.message.contains("damaged") == true)
  }

  @Test func inconsistentIDXFilesAreRefused() throws {
    let images = try folder.write("i", idx([2, 1, 2], [1, 2, 3, 4]))
    let labels = try folder.write("l", idx([2], [0, 1]))
    func refusal(_ name: String, _ bytes: [UInt8], asImages: Bool) throws -> String {
      let file = try folder.write(name, bytes)
      let source = asImages ? DataSource.idx(images: file, labels: labels) : .idx(images: images, labels: file)
      return problems(source).map(\.description).joined()
    }
    #expect(try refusal("a", [], asImages: true).contains("is empty"))
    #expect(try refusal("b", [0, 0], asImages: true).contains("found 2 bytes"))
    #expect(try refusal("c", idx([2], [0, 1]), asImages: true).contains("are images and labels swapped?"))
    #expect(try refusal("d", [0, 0, 8, 3, 0, 0], asImages: true).contains("header has 16 bytes, but the file only 6"))
    #expect(
      try refusal("e", idx([2, 1, 2], [1, 2, 3]), asImages: true).contains(
        "take 20 bytes with the header, but the file has 19"))
    #expect(
      try refusal("f", idx([2], [0, 1, 1]), asImages: false).contains(
        "take 10 bytes with the header, but the file has 11"))
    #expect(try refusal("g", idx([3], [0, 1, 1]), asImages: false).contains("has 2 images, but"))
    #expect(try refusal("h", idx([1 << 31, 1 << 31, 1 << 31], [1]), asImages: true).contains("truncated"))
    let missing = problems(.idx(images: images + "x", labels: labels))
    #expect(missing.first?.message.contains("there is no file") == true)
    #expect(missing.first?.path == "data.images")
    let larger = try folder.write("k", idx([2], [0, 2]))
    let test = problems(.idx(images: images, labels: labels, testImages: images, testLabels: larger))
    #expect(test.first?.message.contains("label 2 of sample 1 is not in 0...1") == true)
  }

  @Test func cifarRecordsAreRead() throws {
    let record = { (label: UInt8, value: UInt8) in [label] + [UInt8](repeating: value, count: 3072) }
    let first = try folder.write("1", record(3, 255) + record(9, 0))
    let second = try folder.write("2", record(0, 51))
    let set = try DataSource.cifar10(files: [first, second], testFiles: [second]).load(seed: 0)
    #expect(set.train.targets == [3, 9, 0])
    #expect(set.train.features[0] == 1 && set.train.features[3072] == 0 && set.train.features[6144] == 0.2)
    #expect(set.test?.count == 1)
    #expect(set.describe == "cifar10: 3 train + 1 test, 3×32×32, 10 classes")
    let cut = try folder.write("3", record(1, 1) + [1, 2])
    #expect(
      problems(.cifar10(files: [first, cut])).first?.message.contains("3075 bytes are 1 records and 2 bytes") == true)
    #expect(problems(.cifar10(files: [first, cut])).first?.path == "data.files[1]")
    let wrong = try folder.write("4", record(1, 1) + record(10, 1))
    #expect(problems(.cifar10(files: [wrong])).first?.message.contains("label 10 of record 1 (byte 3073)") == true)
  }

  @Test func tablesAreRead() throws {
    let classes = try folder.write("a.csv", "x, y ,class\r\n1,2.5,0\r\n\r\n-3e1, 4 ,1\r\n")
    let set = try DataSource.csv(file: classes).load(seed: 0)
    #expect(set.train.features == [1, 2.5, -30, 4])
    #expect(set.train.targets == [0, 1])
    #expect(set.train.classes == 2)
    #expect(set.test == nil)
    let real = try DataSource.csv(file: folder.write("b.csv", "1,2\n3,4.5")).load(seed: 0)
    #expect(real.train.classes == nil)
    #expect(real.train.targets == [2, 4.5])
  }

  @Test func badTablesAreRefusedWithLineAndColumn() throws {
    let file = try folder.write("bad.csv", "a,b\n1,0\n2, x\n1,2,3\nnan,1\n")
    let found = problems(.csv(file: file))
    #expect(found.map { [$0.location?.line, $0.location?.column] } == [[3, 4], [4, 1], [5, 1]])
    #expect(found[0].message == "'x' is no number")
    #expect(found[1].message == "3 fields, but the first line has 2")
    #expect(problems(.csv(file: try folder.write("h", "a,b\n"))).first?.message.contains("has no rows") == true)
    #expect(
      problems(.csv(file: try folder.write("1", "1\n2\n"))).first?.message.contains("at least one feature") == true)
    let negative = problems(.csv(file: try folder.write("n", "1,-1\n2,1\n")))
    #expect(negative.first?.message.contains("label -1 is no class") == true)
    #expect(negative.first?.location?.line == 1)
    #expect(problems(.csv(file: try folder.write("y", "1,1999\n2,2000\n"))).count == 1)
  }

  /// A gzip member with one stored block: header, block, CRC-32, length.
  private func gzipStored(_ content: [UInt8]) -> [UInt8] {
    var crc = UInt32.max
    for byte in content {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xedb8_8320 : crc >> 1 }
    }
    let count = UInt16(content.count)
    func bytes(_ word: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * UInt32($0))) } }
    return [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, UInt8(count & 255), UInt8(count >> 8), UInt8(~count & 255)]
      + [UInt8(~count >> 8)] + content + bytes(~crc) + bytes(UInt32(content.count))
  }
}
