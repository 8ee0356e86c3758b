import Datasets
import Diagnostics
import Foundation
import Networks

extension DataSettings {
  /// The keys of each set, apart from `set` and `shuffle`.
  static func keys(of set: String) -> [String] {
    switch set {
    case "spirals": ["classes", "samples", "noise"]
    case "blobs": ["dimensions", "classes", "samples", "spread"]
    case "synthetic": ["shape", "classes", "samples"]
    case "idx": ["images", "labels", "test_images", "test_labels"]
    case "cifar10": ["files", "test_files"]
    case "csv": ["file", "test_file", "header"]
    default: []
    }
  }

  private static let sets = ["digits", "spirals", "blobs", "synthetic", "idx", "cifar10", "csv"]

  /// Reads `{set: digits, shuffle: true}`, or the name of a set alone.
  ///
  /// - Parameter directory: where relative paths start.
  init?(_ reader: NodeReader, directory: String) {
    if case .scalar = reader.node {
      guard let name = reader.text(), Self.isKnown(name, reader) else { return nil }
      guard let source = DataFields(MappingReader(reader, standingFor: "set"), directory: directory).source(name) else {
        return nil
      }
      self.init(source)
      return
    }
    // The keys depend on the set: unknown ones are judged after its name is known.
    let name = reader.node.mapping?["set"]?.scalar?.string ?? ""
    let known = Self.sets.contains(name)
    let keys = known ? Self.keys(of: name) : Self.sets.flatMap(Self.keys(of:))
    guard let fields = MappingReader(reader, keys: ["set", "shuffle"] + keys) else { return nil }
    let set = fields.required("set", hint: "one of \(Self.sets.joined(separator: ", "))")
    let shuffle = fields["shuffle"].map { $0.boolean() } ?? true
    guard let set, let name = set.text(), Self.isKnown(name, set) else { return nil }
    let source = DataFields(fields, directory: directory).source(name)
    guard let source, let shuffle else { return nil }
    let problems = source.problems()
    for problem in problems { reader.log.add(problem) }
    guard problems.isEmpty else { return nil }
    self.init(source, shuffle: shuffle)
  }

  /// Reads the value of the key `data` alone: a set's name, or a mapping.
  ///
  /// - Throws: every problem of the text.
  public init(
    yaml text: String, directory: String = FileManager.default.currentDirectoryPath
  ) throws(DiagnosticList) {
    let document = try SceneDocument(text: text, file: nil)
    let log = ProblemLog(file: nil, overrides: [])
    let settings = Self(NodeReader(document.root, path: "data", parent: nil, log: log), directory: directory)
    guard let settings, log.problems.isEmpty else { throw DiagnosticList(log.sorted) }
    self = settings
  }

  private static func isKnown(_ name: String, _ reader: NodeReader) -> Bool {
    if sets.contains(name) { return true }
    reader.report("unknown data set '\(name)'", hint: NearestName(known: sets).hint(for: name, kind: "known sets"))
    return false
  }
}

/// Reads what describes one data set; the numbers' ranges are Datasets' business.
private struct DataFields {
  let fields: MappingReader
  let directory: String

  init(_ fields: MappingReader, directory: String) {
    self.fields = fields
    self.directory = directory
  }

  func source(_ set: String) -> DataSource? {
    switch set {
    case "digits": return .digits
    case "spirals":
      let classes = count("classes", 3)
      let samples = count("samples", 1000)
      let noise = number("noise", 0.02)
      guard let classes, let samples, let noise else { return nil }
      return .spirals(classes: classes, samples: samples, noise: noise)
    case "blobs":
      let dimensions = count("dimensions", 2)
      let classes = count("classes", 3)
      let samples = count("samples", 1000)
      let spread = number("spread", 0.3)
      guard let dimensions, let classes, let samples, let spread else { return nil }
      return .blobs(dimensions: dimensions, classes: classes, samples: samples, spread: spread)
    case "synthetic":
      // Without them the set takes the network's.
      let shape = fields["shape"].map { Shape($0) }
      let classes = fields["classes"].map { $0.integer(in: 1...(1 << 40)) }
      let samples = count("samples", 1000)
      if let shape, shape == nil { return nil }
      if let classes, classes == nil { return nil }
      guard let samples else { return nil }
      return .synthetic(shape: shape ?? nil, classes: classes ?? nil, samples: samples)
    case "idx":
      let images = fields.required("images").flatMap(path)
      let labels = fields.required("labels").flatMap(path)
      let testImages = optionalPath("test_images")
      let testLabels = optionalPath("test_labels")
      guard let images, let labels, let testImages, let testLabels else { return nil }
      return .idx(images: images, labels: labels, testImages: testImages.first, testLabels: testLabels.first)
    case "cifar10":
      let files = fields.required("files").flatMap(paths)
      let testFiles = fields["test_files"].map(paths) ?? []
      guard let files, let testFiles else { return nil }
      return .cifar10(files: files, testFiles: testFiles)
    case "csv":
      let file = fields.required("file").flatMap(path)
      let testFile = optionalPath("test_file")
      let header = fields["header"].map { $0.boolean() }
      if let header, header == nil { return nil }
      guard let file, let testFile else { return nil }
      return .csv(file: file, testFile: testFile.first, header: header ?? nil)
    default: return nil
    }
  }

  private func count(_ key: String, _ standard: Int) -> Int? {
    fields[key].map { $0.integer(in: 1...(1 << 40)) } ?? standard
  }

  private func number(_ key: String, _ standard: Float) -> Float? {
    fields[key].map { $0.number("a number of 0 or more") { $0 >= 0 } } ?? standard
  }

  /// No element where the key is absent, nil after a complaint.
  private func optionalPath(_ key: String) -> [String]? {
    guard let reader = fields[key], !reader.isNothing else { return [] }
    return path(reader).map { [$0] }
  }

  /// An absolute path, so that the scene means the same wherever it is saved.
  private func path(_ reader: NodeReader) -> String? {
    guard let text = reader.text() else { return nil }
    guard !text.isEmpty else {
      reader.report("a file's name is empty")
      return nil
    }
    let path = text.withHome
    return URL(fileURLWithPath: path.hasPrefix("/") ? path : "\(directory)/\(path)").standardizedFileURL.path
  }

  /// One path or a list of them.
  private func paths(_ reader: NodeReader) -> [String]? {
    if case .scalar = reader.node { return path(reader).map { [$0] } }
    guard let list = reader.sequence("a list of files") else { return nil }
    let paths = list.compactMap(path)
    return paths.count == list.count ? paths : nil
  }
}
