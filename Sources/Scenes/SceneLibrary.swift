import Diagnostics
import Files
import Foundation

/// The scenes that come with the program. Their texts are those of the folder `presets`, and part of the program itself.
public enum SceneLibrary {
  /// One scene that comes with the program.
  public struct Preset: Hashable, Sendable {
    public let name: String
    /// The file as it was written, with its comments.
    public let yaml: String
    /// One line for lists.
    public let about: String
  }

  /// The scene that opens when none is named.
  public static let standard = "digits-cnn"

  /// All of them, ``standard`` first.
  public static let presets: [Preset] = embedded.map { name, bytes in
    let yaml = String(decoding: bytes, as: UTF8.self)
    let about = (try? SceneDocument(text: yaml, file: nil))?.root.mapping?["about"]?.scalar?.string
    return Preset(name: name, yaml: yaml, about: about ?? "")
  }

  private static let embedded: KeyValuePairs<String, [UInt8]> = [
    "digits-cnn": PackageResources.digits_cnn_yaml,
    "digits-mlp": PackageResources.digits_mlp_yaml,
    "spirals": PackageResources.spirals_yaml,
    "deep-narrow": PackageResources.deep_narrow_yaml,
    "bubble": PackageResources.bubble_yaml,
    "imbalance": PackageResources.imbalance_yaml,
    "schedules": PackageResources.schedules_yaml,
    "hand-schedule": PackageResources.hand_schedule_yaml,
    "pipedream-stashing": PackageResources.pipedream_stashing_yaml,
    "cannon": PackageResources.cannon_yaml,
    "redundant": PackageResources.redundant_yaml,
    "exchange-mlp": PackageResources.exchange_mlp_yaml,
    "zero-mlp": PackageResources.zero_mlp_yaml,
    "overlap-gain": PackageResources.overlap_gain_yaml,
    "overlap-cannot": PackageResources.overlap_cannot_yaml,
    "overlap-across": PackageResources.overlap_across_yaml,
    "bn-digits": PackageResources.bn_digits_yaml,
    "bunch": PackageResources.bunch_yaml,
    "wide-linear": PackageResources.wide_linear_yaml,
    "grid-linear": PackageResources.grid_linear_yaml,
    "spatial-halos": PackageResources.spatial_halos_yaml,
    "mesh-digits": PackageResources.mesh_digits_yaml,
    "one-weird-trick": PackageResources.one_weird_trick_yaml,
    "untied": PackageResources.untied_yaml,
    "treenet": PackageResources.treenet_yaml,
    "slow-device": PackageResources.slow_device_yaml,
    "two-hosts": PackageResources.two_hosts_yaml,
    "bench-mlp": PackageResources.bench_mlp_yaml,
    "bench-lenet": PackageResources.bench_lenet_yaml,
    "bench-vgg": PackageResources.bench_vgg_yaml,
  ]

  /// The preset of that name.
  ///
  /// - Throws: that there is none, with the nearest name.
  public static func preset(named name: String) throws(DiagnosticList) -> Preset {
    if let preset = presets.first(where: { $0.name == name }) { return preset }
    throw DiagnosticList(
      "there is no preset '\(name)'",
      hint: NearestName(known: presets.map(\.name)).hint(for: name, kind: "presets")
        + "; a file is named with its path, as ./\(name).yaml")
  }

  /// Finds and reads a scene as it is named in a command: a path (with a `/` or ending in `.yaml` or `.yml`), `-` for
  /// standard input, or the name of a preset.
  ///
  /// - Throws: a file that is not there or cannot be read, an unknown name, or every problem of the scene.
  public static func scene(
    _ argument: String, overrides: [SceneOverride] = []
  ) throws(DiagnosticList) -> Scene {
    guard isPath(argument) else {
      let preset = try preset(named: argument)
      return try Scene(yaml: preset.yaml, file: "preset \(preset.name)", name: preset.name, overrides: overrides)
    }
    let url = URL(fileURLWithPath: argument.withHome)
    // A stream has no folder: its relative paths are those of who wrote it into the command line.
    let isStream = argument == "-" || argument.hasPrefix("/dev/") || argument.hasPrefix("/proc/")
    return try Scene(
      yaml: text(of: argument), file: argument == "-" ? "standard input" : argument,
      directory: isStream ? FileManager.default.currentDirectoryPath : url.deletingLastPathComponent().path,
      name: isStream ? "scene" : url.deletingPathExtension().lastPathComponent, overrides: overrides)
  }

  /// Whether a scene is named by the path of its file, or is standard input.
  public static func isPath(_ argument: String) -> Bool {
    argument == "-" || argument.contains("/") || argument.hasSuffix(".yaml") || argument.hasSuffix(".yml")
  }

  private static func text(of argument: String) throws(DiagnosticList) -> String {
    let bytes: [UInt8]
    // More than the limit is refused by its size, however much more there is.
    do { bytes = try InputFile.read(argument, dash: true, limit: DocumentLimits.bytes) } catch {
      let name = URL(fileURLWithPath: argument).deletingPathExtension().lastPathComponent
      guard presets.contains(where: { $0.name == name }) else { throw error }
      throw DiagnosticList(
        error.all.map { Diagnostic($0.message, hint: "the preset is called \(name), without path and ending") })
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw DiagnosticList("'\(argument)' is not text in UTF-8")
    }
    return text
  }
}
