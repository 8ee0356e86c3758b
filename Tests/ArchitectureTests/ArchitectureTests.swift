import Foundation
import Testing

/// The import table: which module of this package may import which. Imports point down only; what is not listed is refused.
@Suite struct ArchitectureTests {
  static let allowed: [String: Set<String>] = [
    "Diagnostics": [],
    "Files": ["Diagnostics", "CZlib"],
    "Networks": ["Diagnostics"],
    "Machines": ["Diagnostics"],
    "Datasets": ["Diagnostics", "Files", "Networks", "CZlib", "CDigits"],
    "Checkpoints": ["Diagnostics", "Files"],
    "Programs": ["Diagnostics", "Networks", "Machines"],
    "Kernels": ["Diagnostics", "Networks", "CBLAS"],
    "Screens": ["Diagnostics"],
    "Strategies": ["Diagnostics", "Networks", "Machines", "Programs"],
    "Traces": ["Diagnostics", "Networks", "Machines", "Programs"],
    "Scenes": ["Diagnostics", "Files", "Networks", "Machines", "Datasets", "Programs", "Strategies"],
    "Engine": [
      "Diagnostics", "Networks", "Machines", "Datasets", "Checkpoints", "Programs", "Kernels", "Traces", "CThreads",
    ],
    "Simulator": ["Diagnostics", "Networks", "Machines", "Programs", "Traces"],
    "VirtualRuns": ["Diagnostics", "Machines", "Programs", "Engine", "Simulator"],
    "CursesTerminal": ["Screens", "CNcurses"],
    "Exploration": [
      "Diagnostics", "Networks", "Machines", "Programs", "Strategies", "Traces", "Scenes", "Simulator",
    ],
    "Workbench": [
      "Diagnostics", "Networks", "Machines", "Datasets", "Programs", "Screens", "Strategies", "Traces", "Scenes",
    ],
  ]

  static let sources = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Sources")

  /// Every Swift file of a module with the modules that it imports.
  private func imports(of module: String) throws -> [(file: String, module: String)] {
    let folder = Self.sources.appending(path: module)
    let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
    return try (files?.allObjects ?? []).compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }.flatMap {
      file in
      try String(contentsOf: file, encoding: .utf8).split(separator: "\n").compactMap { line in
        var words = line.split(separator: " ").map(String.init)
        while let first = words.first, first.hasPrefix("@") || ["public", "internal", "package"].contains(first) {
          words.removeFirst()
        }
        guard words.first == "import", let last = words.last else { return nil }
        return (file.lastPathComponent, String(last.split(separator: ".")[0]))
      }
    }
  }

  private var ownModules: Set<String> {
    get throws {
      Set(
        try FileManager.default.contentsOfDirectory(at: Self.sources, includingPropertiesForKeys: nil)
          .map(\.lastPathComponent))
    }
  }

  @Test func importsPointDownOnly() throws {
    let own = try ownModules
    for (module, allowed) in Self.allowed {
      let found = try imports(of: module)
      #expect(!found.isEmpty || module == "Diagnostics", "\(module) has no Swift file that imports anything")
      for (file, imported) in found where own.contains(imported) && imported != module {
        #expect(allowed.contains(imported), "\(module)/\(file) imports \(imported)")
      }
    }
  }

  @Test func everyLibraryIsInTheTable() throws {
    let known = Set(Self.allowed.keys).union([
      "CNcurses", "CBLAS", "CZlib", "CDigits", "CThreads", "partita", "KernelBenchmarks", "SimulatorBenchmarks",
    ])
    #expect(try ownModules.subtracting(known).isEmpty)
  }

  /// Only Kernels may handle memory by pointer; the borders to C are where other pointers live.
  @Test func unsafeMemoryLivesInKernelsAndAtTheBordersToC() throws {
    let borders: Set<String> = ["Kernels", "Files", "CursesTerminal", "Datasets", "partita"]
    for module in Self.allowed.keys where !borders.contains(module) {
      let folder = Self.sources.appending(path: module)
      let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
      for case let file as URL in files?.allObjects ?? [] where file.pathExtension == "swift" {
        let text = try String(contentsOf: file, encoding: .utf8)
        for word in ["UnsafeMutable", "UnsafePointer", "UnsafeRaw", "UnsafeBuffer", "unsafeBitCast"] {
          #expect(!text.contains(word), "\(module)/\(file.lastPathComponent) uses \(word)")
        }
      }
    }
  }
}
