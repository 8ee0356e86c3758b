import Diagnostics
import Foundation
import Testing

@testable import Checkpoints

@Suite struct SafetensorsTests {
  static let example = Checkpoint(
    [
      NamedTensor(
        name: "linear1.weight", shape: [2, 3], values: [1, -2, 0.5, .infinity, -0.0, .leastNonzeroMagnitude]),
      NamedTensor(name: "linear1.bias", shape: [2], values: [3, 4]),
      NamedTensor(name: "a \"name\" \\ é 🎼 \n", shape: [], values: [7]),
      NamedTensor(name: "none", shape: [0, 5], values: []),
    ], metadata: ["format": "pt", "b\u{1}": "ü"])

  @Test func whatIsEncodedIsDecoded() throws {
    let bytes = try Safetensors.encode(Self.example)
    let back = try Safetensors.decode(bytes)
    #expect(back.metadata == Self.example.metadata)
    #expect(Set(back.tensors) == Set(Self.example.tensors))
    #expect(try Safetensors.encode(back) == bytes)
    #expect(back.tensor(named: "linear1.weight")?.values[4].sign == .minus)
  }

  @Test func bytesAreThoseOfTheFormat() throws {
    let bytes = try Safetensors.encode(Checkpoint([NamedTensor(name: "a", shape: [1], values: [1])]))
    let header = #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#
    #expect(bytes == [56, 0, 0, 0, 0, 0, 0, 0] + Array(header.utf8) + [0x20, 0x20] + [0, 0, 0x80, 0x3f])
  }

  @Test func theOrderGivenDoesNotMatter() throws {
    let reversed = Checkpoint(Self.example.tensors.reversed(), metadata: Self.example.metadata)
    #expect(try Safetensors.encode(reversed) == Safetensors.encode(Self.example))
  }

  static func file(_ header: String, _ data: [UInt8] = []) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: header.utf8.count >> (8 * $0)) } + Array(header.utf8) + data
  }

  static func entry(_ shape: String, _ offsets: String, _ type: String = "F32") -> String {
    "{\"dtype\":\"\(type)\",\"shape\":\(shape),\"data_offsets\":\(offsets)}"
  }

  static let four: [UInt8] = [0, 0, 0, 0]
  static let malformed: [([UInt8], String)] = [
    ([], "has 0 bytes"), ([1, 2, 3], "has 3 bytes"),
    ([9, 0, 0, 0, 0, 0, 0, 0, 0x7b], "announces a header of 9 bytes, but only 1 follow"),
    (Array(repeating: 255, count: 16), "at most 100000000 are allowed"),
    (file(""), "unexpected end at byte 0"), (file("{"), "expected a key at byte 1"), (file("[]"), "is a list"),
    (file("{} x"), "unexpected text after the end at byte 3"), (file(#"{"a":1}"#), "tensor 'a'"),
    (file(#"{"a":{},"a":{}}"#), "the key 'a' is there twice"), (file(#"{"a":{}}"#), "has no dtype"),
    (file("{\"a\":\(entry("[1]", "[0,2]", "F16"))}", [0, 0]), "has dtype F16, but only F32 can be read"),
    (file("{\"a\":\(entry("[-1]", "[0,4]"))}", four), "has no valid shape"),
    (file("{\"a\":\(entry("[1.0]", "[0,4]"))}", four), "has no valid shape"),
    (file("{\"a\":\(entry("[4294967296,4294967296]", "[0,4]"))}", four), "has no valid shape"),
    (file("{\"a\":\(entry("[1]", "[4,0]"))}", four), "has no valid data_offsets"),
    (file("{\"a\":\(entry("[1]", "[0]"))}", four), "has no valid data_offsets"),
    (file("{\"a\":\(entry("[2]", "[0,4]"))}", four), "takes 8 bytes, but its data_offsets hold 4"),
    (file("{\"a\":\(entry("[1]", "[0,4]"))}"), "ends at byte 4 of the data, which have 0"),
    (file("{\"a\":\(entry("[1]", "[4,8]"))}", four + four), "leaves a hole"),
    (file("{\"a\":\(entry("[1]", "[0,4]")),\"b\":\(entry("[1]", "[0,4]"))}", four), "overlaps"),
    (file("{\"a\":\(entry("[1]", "[0,4]"))}", four + [1]), "bytes follow the last tensor"),
    (file(#"{"__metadata__":{"a":1}}"#), "has a number for 'a', expected text"),
    (file(String(repeating: "[", count: 100_000)), "nested too deeply"),
    (file(#"{"\ud800":1}"#), "half a surrogate pair"),
  ]

  @Test(arguments: malformed.indices) func malformedFilesAreRefused(index: Int) {
    let (bytes, words) = Self.malformed[index]
    let error = #expect(throws: DiagnosticList.self) { try Safetensors.decode(bytes, file: "f") }
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "nothing")")
  }

  /// Mutated files are read or refused, and what is read is consistent.
  @Test func hostileBytesDoNotCrash() throws {
    let sound = try Safetensors.encode(Self.example)
    var random = SystemRandomNumberGenerator.Seeded(state: 42)
    for _ in 0..<4000 {
      var bytes = sound
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: 0..<min(bytes.count, 420), using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes[place] = Array("{}[]\",:0189-eE.\\u".utf8).randomElement(using: &random)!
        case 2: bytes.remove(at: place)
        default: bytes.insert(UInt8(ascii: "9"), at: place)
        }
      }
      guard let read = try? Safetensors.decode(bytes) else { continue }
      #expect(read.tensors.allSatisfy { $0.values.count == $0.shape.reduce(1, *) })
    }
  }

  @Test func impossibleTensorsAreNotWritten() {
    let bad = Checkpoint([
      NamedTensor(name: "x", shape: [2], values: [1]), NamedTensor(name: "x", shape: [], values: [1]),
      NamedTensor(name: "__metadata__", shape: [], values: [1]), NamedTensor(name: "y", shape: [-1, -1], values: [1]),
    ])
    let error = #expect(throws: DiagnosticList.self) { try Safetensors.encode(bad) }
    #expect(error?.all.count == 4)
  }

  @Test func filesAreWrittenAndRead() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).safetensors").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Safetensors.write(Self.example, to: path)
    #expect(try Set(Safetensors.read(path).tensors) == Set(Self.example.tensors))
    let missing = #expect(throws: DiagnosticList.self) { try Safetensors.read(path + ".not") }
    #expect(missing?.description.contains("there is no file") == true)
    let nowhere = #expect(throws: DiagnosticList.self) { try Safetensors.write(Self.example, to: path + "/x/y") }
    #expect(nowhere?.description.contains("cannot write") == true)
  }
}

extension SystemRandomNumberGenerator {
  /// A linear congruential generator (Knuth's MMIX constants): mutations are the same in every run.
  struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ state >> 29
    }
  }
}
