import Datasets
import Diagnostics
import Foundation
import Machines
import Networks
import Strategies

extension Scene {
  /// Reads a scene's text.
  ///
  /// - Parameters:
  ///   - file: the name that diagnostics show; nil shows lines alone.
  ///   - directory: where relative paths of data files start.
  ///   - name: what the scene is called where the text does not say.
  ///   - overrides: fields to replace before anything is read.
  /// - Throws: every problem of the text and of the overrides, in the order of the text, each with its place and path.
  public init(
    yaml text: String, file: String? = nil, directory: String = FileManager.default.currentDirectoryPath,
    name: String = "scene", overrides: [SceneOverride] = []
  ) throws(DiagnosticList) {
    var document = try SceneDocument(text: text, file: file)
    let misplaced = document.apply(overrides)
    let log = ProblemLog(file: file, overrides: document.overrides)
    let scene = Scene(document, directory: directory, name: name, log: log)
    if let scene, log.problems.isEmpty { for misfit in scene.misfits() { log.add(misfit) } }
    guard let scene, log.problems.isEmpty, misplaced.isEmpty else { throw DiagnosticList(misplaced + log.sorted) }
    self = scene
  }

  /// Reads a scene that somebody is still working on: its fields must be readable, but need not fit together.
  public init(draft text: String, file: String? = nil, name: String = "scene") throws(DiagnosticList) {
    let document = try SceneDocument(text: text, file: file)
    let log = ProblemLog(file: file, overrides: [])
    let scene = Scene(document, directory: FileManager.default.currentDirectoryPath, name: name, log: log)
    // Where a field cannot be read there is no scene; what is noted beside a scene is what does not fit.
    guard let scene else { throw DiagnosticList(log.sorted) }
    self = scene
  }

  /// The same scene with some fields replaced, as by `--set`.
  ///
  /// - Throws: every problem of the overrides, and what they make impossible.
  public func applying(_ overrides: [SceneOverride]) throws(DiagnosticList) -> Scene {
    try Scene(yaml: yaml, name: name, overrides: overrides)
  }

  private init?(_ document: SceneDocument, directory: String, name: String, log: ProblemLog) {
    let root = NodeReader(document.root, path: "", parent: nil, log: log)
    guard let scene = MappingReader(root, keys: Self.keys, what: "a scene") else { return nil }
    let name = scene["name"].map { $0.text() } ?? name
    let about = scene["about"].map { $0.isNothing ? "" : $0.text() } ?? ""
    let network = scene.required("network").flatMap { Network($0) }
    // A network that is only simulated reads no data.
    let data =
      if let network, network.isMeasured, scene["data"] == nil {
        DataSettings(.synthetic(samples: 1))
      } else {
        scene.required("data", hint: "for instance data: {set: digits}").flatMap {
          DataSettings($0, directory: directory)
        }
      }
    let training = scene.required("training", hint: "for instance training: {batch: 64, epochs: 3, rate: 0.1}")
      .flatMap(TrainingFields.init)
    let machine = scene["machine"].map { Machine($0, directory: directory) } ?? Machine(devices: 1)
    let strategy = scene["strategy"].map { Strategy($0, text: document.text) } ?? .serial
    guard let name, let about, let network, let data, let training, let machine, let strategy else { return nil }
    self.init(
      name: name, about: about, network: network, data: data, training: training.settings,
      microbatches: training.microbatches, machine: machine, strategy: strategy)
  }
}

extension Strategy {
  /// Reads the text of a strategy; places inside it become places of the file.
  init?(_ reader: NodeReader, text document: String) {
    guard let text = reader.text() else { return nil }
    do {
      try self.init(parsing: text)
    } catch {
      for problem in error.all {
        let location = reader.location.map { start in
          problem.location.map { Self.place($0, from: start, of: reader, in: document) } ?? start
        }
        var message = problem.message
        // The text of an option is nowhere in the document.
        if reader.log.option(at: reader.path) != nil, let inner = problem.location, text.contains("\n") {
          message = "\(inner): \(message)"
        }
        reader.log.add(Diagnostic(message, path: reader.path, location: location, hint: problem.hint))
      }
      return nil
    }
  }

  private static func place(
    _ inner: SourceLocation, from start: SourceLocation, of reader: NodeReader, in document: String
  ) -> SourceLocation {
    var place = start
    switch reader.node.scalar?.style {
    case .literal?:
      let lines = document.split(separator: "\n", omittingEmptySubsequences: false)
      place.line = start.line + inner.line
      let indentation = lines.dropFirst(start.line).first { !$0.allSatisfy { $0 == " " } }?.prefix { $0 == " " }.count
      place.column = (indentation ?? 0) + inner.column
    case .plain? where inner.line == 1: place.column = start.column + inner.column - 1
    case .doubleQuoted? where inner.line == 1, .singleQuoted? where inner.line == 1:
      place.column = start.column + inner.column
    default: break
    }
    return place
  }
}
