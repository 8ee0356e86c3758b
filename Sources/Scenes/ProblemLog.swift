import Diagnostics

/// Gathers the problems of one document while it is read, so that all are reported at once.
final class ProblemLog {
  let file: String?
  /// What was set from outside: path in the document and the option's text.
  let overrides: [(path: String, option: String)]
  private(set) var problems: [Diagnostic] = []
  /// Where the values that were read stand, by path; for problems that are found after reading.
  private var locations: [String: SourceLocation] = [:]

  init(file: String?, overrides: [(path: String, option: String)] = []) {
    self.file = file
    self.overrides = overrides
  }

  func location(at mark: YAMLNode.Mark?) -> SourceLocation? {
    mark.map { SourceLocation(file: file, line: $0.line, column: $0.column) }
  }

  func remember(_ location: SourceLocation?, at path: String) { locations[path] = location }

  /// Adds a problem. One at a path that an option set names the option instead of a line.
  func add(_ problem: Diagnostic) {
    var problem = problem
    let path = problem.path ?? ""
    if let option = option(at: path) {
      problem.message = "\(option.shortened): \(problem.message)"
      problem.location = nil
    } else if problem.location == nil {
      problem.location = nearestLocation(above: path)
    }
    problems.append(problem)
  }

  /// The option that set what stands at a path; nil where the document did.
  func option(at path: String) -> String? {
    overrides.last { path == $0.path || isBelow($0.path, path) }?.option
  }

  /// Everything that was found, in the order of the document.
  var sorted: [Diagnostic] {
    problems.enumerated().sorted { a, b in
      let left = (a.element.location?.line ?? 0, a.element.location?.column ?? 0, a.offset)
      return left < (b.element.location?.line ?? 0, b.element.location?.column ?? 0, b.offset)
    }.map(\.element)
  }

  private func isBelow(_ parent: String, _ path: String) -> Bool {
    path.hasPrefix(parent + ".") || path.hasPrefix(parent + "[")
  }

  private func nearestLocation(above path: String) -> SourceLocation? {
    var path = path[...]
    while true {
      if let location = locations[String(path)] { return location }
      guard let cut = path.lastIndex(where: { $0 == "." || $0 == "[" }) else { return nil }
      path = path[..<cut]
    }
  }
}
