// swift-tools-version: 6.1
import PackageDescription

// Arithmetic is compiled with optimisation in every configuration: tests train real networks.
// On x86 it needs the vectors of eight and the fused multiply-add that every such processor has had since 2013
// (x86-64-v3): without them a convolution takes several times as long.
#if arch(x86_64)
  let arithmetic: [SwiftSetting] = [.unsafeFlags(["-O", "-Xcc", "-march=x86-64-v3"])]
#else
  let arithmetic: [SwiftSetting] = [.unsafeFlags(["-O"])]
#endif

/// The compiler of programs and what walks them instruction by instruction: tests verify and simulate thousands of programs.
let compiling: [SwiftSetting] = [.unsafeFlags(["-O"])]

/// A module of the picture in `Sources/Programs/Programs.docc`: imports point down only.
func module(_ name: String, _ below: [Target.Dependency] = [], settings: [SwiftSetting] = []) -> Target {
  .target(name: name, dependencies: below, swiftSettings: settings)
}

/// Tests run against release builds too, where compiling themselves takes longer than running them slowly.
let testing: [SwiftSetting] = [.unsafeFlags(["-Onone"])]

/// The tests of one module; they may use what lies below it.
func tests(_ name: String, _ below: [Target.Dependency] = [], resources: [Resource] = []) -> Target {
  .testTarget(
    name: "\(name)Tests",
    dependencies: (name == "Diagnostics" ? [] : [.byName(name: name)]) + ["Diagnostics", "PartitaTesting"] + below,
    resources: resources,
    swiftSettings: testing)
}

let package = Package(
  name: "partita",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "partita", targets: ["partita"]),
    .executable(name: "partita-kernel-bench", targets: ["KernelBenchmarks"]),
    .executable(name: "partita-simulator-bench", targets: ["SimulatorBenchmarks"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // 0
    module("Diagnostics"),
    // 1
    .systemLibrary(name: "CNcurses", providers: [.apt(["libncurses-dev"])]),
    .systemLibrary(name: "CBLAS", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
    module("Files", ["Diagnostics", "CZlib"]),
    module("Networks", ["Diagnostics"]),
    module("Machines", ["Diagnostics"]),
    .target(name: "CDigits", exclude: ["digits.csv"]),
    .target(name: "CThreads"),
    module("Datasets", ["Diagnostics", "Files", "Networks", "CDigits", "CZlib"], settings: arithmetic),
    module("Checkpoints", ["Diagnostics", "Files"], settings: arithmetic),
    // 2
    module("Programs", ["Diagnostics", "Networks", "Machines"], settings: compiling),
    module("Kernels", ["Diagnostics", "Networks", "CBLAS"], settings: arithmetic),
    module("Screens"),
    // 3
    module("Strategies", ["Diagnostics", "Networks", "Machines", "Programs"], settings: compiling),
    module("Traces", ["Diagnostics", "Networks", "Machines", "Programs"]),
    // 4
    .target(
      name: "Scenes",
      dependencies: ["Diagnostics", "Files", "Networks", "Machines", "Datasets", "Programs", "Strategies", "Yams"],
      resources: [.embedInCode("Presets")]),
    module(
      "Engine",
      ["Diagnostics", "Networks", "Machines", "Datasets", "Checkpoints", "Programs", "Kernels", "Traces", "CThreads"]),
    module("Simulator", ["Diagnostics", "Networks", "Machines", "Programs", "Traces"], settings: compiling),
    module("CursesTerminal", ["Screens", "CNcurses"]),
    // 5
    module(
      "Workbench",
      ["Diagnostics", "Networks", "Machines", "Datasets", "Programs", "Screens", "Strategies", "Traces", "Scenes"]),
    module(
      "Exploration",
      ["Diagnostics", "Networks", "Machines", "Programs", "Strategies", "Traces", "Scenes", "Simulator"]),
    module("VirtualRuns", ["Diagnostics", "Machines", "Programs", "Engine", "Simulator"]),
    // 6
    .executableTarget(
      name: "partita",
      dependencies: [
        "Diagnostics", "Files", "Networks", "Machines", "Datasets", "Checkpoints", "Programs", "Screens", "Strategies",
        "Traces", "Scenes", "Engine", "Simulator", "VirtualRuns", "CursesTerminal", "Exploration", "Workbench",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(
      name: "KernelBenchmarks", dependencies: ["Networks", "Kernels"], swiftSettings: arithmetic),
    .executableTarget(name: "SimulatorBenchmarks", dependencies: ["Networks", "Programs", "Strategies", "Simulator"]),
    // Tests
    .target(name: "PartitaTesting", path: "Tests/PartitaTesting"),
    tests("Diagnostics"),
    tests("Files"),
    tests("Networks"),
    tests("Machines"),
    tests("Datasets", ["Networks", "CZlib"]),
    tests("Checkpoints"),
    tests("Programs", ["Networks", "Machines"]),
    tests("Kernels", ["Networks"], resources: [.copy("Fixtures")]),
    tests("Screens"),
    tests("Strategies", ["Networks", "Machines", "Programs"]),
    tests("Traces", ["Networks", "Machines", "Programs"]),
    tests("Scenes", ["Networks", "Machines", "Datasets", "Programs", "Strategies"]),
    tests(
      "Engine",
      ["Networks", "Machines", "Datasets", "Checkpoints", "Programs", "Kernels", "Strategies", "Traces", "Scenes"]),
    tests(
      "Simulator",
      ["Networks", "Machines", "Datasets", "Programs", "Strategies", "Traces", "Scenes", "Engine"]),
    tests(
      "Exploration", ["Networks", "Machines", "Datasets", "Programs", "Strategies", "Traces", "Scenes", "Simulator"]),
    tests(
      "VirtualRuns",
      ["Networks", "Machines", "Datasets", "Checkpoints", "Programs", "Strategies", "Traces", "Engine", "Simulator"]),
    tests(
      "Workbench", ["Screens", "Scenes", "Strategies", "Programs", "Traces", "Networks", "Machines"],
      resources: [.copy("Pictures")]),
    .testTarget(name: "CommandTests", dependencies: ["partita", "CursesTerminal"], swiftSettings: testing),
    .testTarget(name: "ArchitectureTests", swiftSettings: testing),
  ],
  swiftLanguageModes: [.v6]
)
