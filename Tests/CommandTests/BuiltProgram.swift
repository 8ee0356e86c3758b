import Foundation
import Testing

/// What a finished run of the built program left.
struct Outcome {
  var status: Int32
  /// True where a signal ended the process and it did not exit by itself.
  var wasKilled: Bool
  var output: String
  var errors: String

  var json: [String: Any] {
    get throws { try #require(JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any]) }
  }
}

/// A folder for the built program to run in, removed with all that is in it.
final class Workplace {
  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("partita-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit {
    for place in [folder, cache] { try? FileManager.default.removeItem(at: place) }
  }

  /// Where the program keeps what it measures: nothing of the user's is read or written.
  var cache: URL { URL(fileURLWithPath: folder.path + "-cache") }

  var files: Set<String> { Set((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []) }

  func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

  func read(_ name: String) throws -> String {
    try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
  }

  func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: folder.appendingPathComponent(name))
  }

  func start(_ arguments: [String], environment: [String: String] = [:]) throws -> Running {
    try Running(arguments, in: folder, environment: ["XDG_CACHE_HOME": cache.path].merging(environment) { $1 })
  }

  /// Runs the program to its end.
  func run(_ arguments: String..., environment: [String: String] = [:]) throws -> Outcome {
    try start(arguments, environment: environment).finish()
  }
}

/// The built program at work, with pipes for its output.
final class Running {
  /// Beside the test bundle.
  static let binary: URL = {
    let places = [URL(fileURLWithPath: CommandLine.arguments[0]), Bundle.main.bundleURL, Bundle.main.executableURL]
    let candidates = places.compactMap { $0 }.flatMap { [$0.deletingLastPathComponent(), $0] }
      .map { $0.appendingPathComponent("partita") }
    return candidates.first { FileManager.default.isExecutableFile(atPath: $0.path) } ?? candidates[0]
  }()

  private let process = Process()
  private let outputPipe = Pipe()
  private let errorPipe = Pipe()
  private var errors = Data()

  init(_ arguments: [String], in folder: URL, environment: [String: String]) throws {
    process.executableURL = Self.binary
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = outputPipe
    process.standardError = errorPipe
    try process.run()
  }

  /// Reads standard error until a text appears in it.
  func waitForError(_ text: String) throws {
    while !String(decoding: errors, as: UTF8.self).contains(text) {
      let more = errorPipe.fileHandleForReading.availableData
      try #require(!more.isEmpty, "it ended without saying '\(text)': \(String(decoding: errors, as: UTF8.self))")
      errors += more
    }
  }

  /// Nobody reads standard output any more.
  func closeOutput() { try? outputPipe.fileHandleForReading.close() }

  func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

  func finish(readsOutput: Bool = true) -> Outcome {
    let errorHandle = errorPipe.fileHandleForReading
    let rest = Collected()
    Thread { rest.fill(from: errorHandle) }.start()
    let output = readsOutput ? outputPipe.fileHandleForReading.readDataToEndOfFile() : Data()
    errors += rest.wait()
    process.waitUntilExit()
    return Outcome(
      status: process.terminationStatus, wasKilled: process.terminationReason == .uncaughtSignal,
      output: String(decoding: output, as: UTF8.self), errors: String(decoding: errors, as: UTF8.self))
  }
}

/// Bytes that another thread reads to their end.
private final class Collected: @unchecked Sendable {
  private let done = DispatchSemaphore(value: 0)
  private var data = Data()

  func fill(from handle: FileHandle) {
    data = handle.readDataToEndOfFile()
    done.signal()
  }

  func wait() -> Data {
    done.wait()
    return data
  }
}
