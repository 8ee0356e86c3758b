import CZlib
import Foundation
import Networks
import Testing

@testable import Datasets

/// Compressed files are inflated as far as they are asked for, never whole.
@Suite struct CompressedFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A gzip member of `content`.
  private func gzip(_ content: [UInt8]) -> [UInt8] {
    var content = content
    var stream = z_stream()
    deflateInit2_(&stream, 9, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    var bytes = [UInt8](repeating: 0, count: content.count + 1000)
    let count = content.withUnsafeMutableBufferPointer { source in
      bytes.withUnsafeMutableBufferPointer { target in
        stream.next_in = source.baseAddress
        stream.avail_in = UInt32(source.count)
        stream.next_out = target.baseAddress
        stream.avail_out = UInt32(target.count)
        deflate(&stream, Z_FINISH)
        return target.count - Int(stream.avail_out)
      }
    }
    deflateEnd(&stream)
    return Array(bytes[..<count])
  }

  /// Behind the two labels that the header promises stand 40 MB more, of which the last are damaged: whoever inflated them
  /// would find the damage first.
  @Test func moreThanTheHeaderPromisesIsNotInflated() throws {
    let images = try folder.write("images", idx([2, 1, 1], [1, 2]))
    var bomb = gzip(idx([2], [0, 1] + Array(repeating: 0, count: 40_000_000)))
    #expect(bomb.count < 50_000)
    for place in bomb.count - 2000..<bomb.count - 1000 { bomb[place] ^= 0x55 }
    let found = problems(.idx(images: images, labels: try folder.write("labels", bomb)))
    #expect(found.count == 1)
    #expect(
      found.first?.message.contains("2 labels take 10 bytes with the header, but the file has more") == true, "\(found)"
    )
  }

  @Test func aPromiseThatNoMachineHoldsIsRefusedBeforeAnythingIsAllocated() throws {
    // 2³¹ images of 2¹⁵ by 2¹⁵.
    let images = try folder.write("images", gzip(idx([1 << 31, 1 << 15, 1 << 15], [1, 2, 3])))
    let found = problems(.idx(images: images, labels: images))
    #expect(found.first?.message.contains("of memory; half of this machine's are") == true, "\(found)")
  }

  @Test func aPromiseThatIsNotKeptIsATruncatedFile() throws {
    let images = try folder.write("images", gzip(idx([1000, 100, 100], [1, 2, 3])))
    let labels = try folder.write("labels", idx([1000], Array(repeating: 0, count: 1000)))
    let found = problems(.idx(images: images, labels: labels))
    // 16 bytes of header and 10⁷ pixels; there are 3.
    #expect(
      found.first?.message.contains("take 10000016 bytes with the header, but the file has 19") == true, "\(found)")
    #expect(found.first?.hint == "the file is truncated")
  }

  @Test func membersFollowOneAnother() throws {
    let file = try folder.write("a.csv.gz", gzip(Array("1,2,0\n3,".utf8)) + gzip(Array("4,1\n".utf8)))
    #expect(try DataSource.csv(file: file).load(seed: 0).train.features == [1, 2, 3, 4])
    let followed = try folder.write("b.csv.gz", gzip(Array("1,2,0\n".utf8)) + Array("rest".utf8))
    #expect(problems(.csv(file: followed)).first?.message.contains("not compressed follow the gzip data") == true)
  }

  /// A pipe gives its bytes once; nothing may look into it before.
  @Test func aPipeIsReadLikeAFile() throws {
    let pipe = folder.url.appendingPathComponent("pipe").path
    #expect(mkfifo(pipe, 0o600) == 0)
    #expect(DataSource.csv(file: pipe).outline == nil)
    let writer = Thread { try? Data("1,2,0\n3,4,1\n".utf8).write(to: URL(fileURLWithPath: pipe)) }
    writer.start()
    #expect(try DataSource.csv(file: pipe).load(seed: 0).train.features == [1, 2, 3, 4])
  }
}
