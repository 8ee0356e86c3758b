import Checkpoints
import Foundation
import Testing

/// The files agree with the reference implementation. These tests need `python3` with the packages `safetensors` and
/// `numpy`, and fail without them.
@Suite struct SafetensorsPythonTests {
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("partita-\(UUID().uuidString)")

  init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

  /// Runs a script; returns what it printed.
  private func python(_ script: String, _ arguments: String...) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", "-c", script] + arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    try #require(
      process.terminationStatus == 0,
      "python3 with the packages safetensors and numpy is needed (pip install safetensors numpy): \(text)")
    return text
  }

  @Test func pythonReadsWhatIsWritten() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("ours.safetensors").path
    try Safetensors.write(
      Checkpoint(
        [
          NamedTensor(name: "l.weight", shape: [2, 3], values: [1, 2, 3, 4, 5, 6.5]),
          NamedTensor(name: "l.bias", shape: [2], values: [-1, 0.25]), NamedTensor(name: "s", shape: [], values: [9]),
        ], metadata: ["made": "here"]), to: path)
    let text = try python(
      """
      import sys
      from safetensors import safe_open
      with safe_open(sys.argv[1], "np") as f:
        print(f.metadata())
        for k in sorted(f.keys()):
          t = f.get_tensor(k)
          print(k, t.dtype, t.shape, t.tolist())
      """, path)
    #expect(
      text == """
        {'made': 'here'}
        l.bias float32 (2,) [-1.0, 0.25]
        l.weight float32 (2, 3) [[1.0, 2.0, 3.0], [4.0, 5.0, 6.5]]
        s float32 () 9.0

        """)
  }

  @Test func whatPythonWritesIsRead() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("theirs.safetensors").path
    _ = try python(
      """
      import sys, numpy
      from safetensors.numpy import save_file
      save_file({"z": numpy.arange(6, dtype="float32").reshape(2, 3), "a.bias": numpy.array([0.5], dtype="float32")},
                sys.argv[1], metadata={"who": "python"})
      """, path)
    let read = try Safetensors.read(path)
    #expect(read.metadata == ["who": "python"])
    #expect(read.tensors.count == 2)
    #expect(read.tensor(named: "z") == NamedTensor(name: "z", shape: [2, 3], values: [0, 1, 2, 3, 4, 5]))
    #expect(read.tensor(named: "a.bias") == NamedTensor(name: "a.bias", shape: [1], values: [0.5]))
  }
}
