import ArgumentParser
import Diagnostics
import Files

/// A file that a command was asked to write.
struct OutputWish {
  enum Kind {
    /// In place of what is printed.
    case result
    /// Besides what is printed.
    case scene, trace, svg, csv, parameters

    var option: String {
      switch self {
      case .result, .scene: "-o"
      case .trace: "--trace"
      case .svg: "--svg"
      case .csv: "--csv"
      case .parameters: "--save-parameters"
      }
    }
  }

  var kind: Kind
  var path: String

  /// Nil where nothing was asked for.
  init?(_ kind: Kind, _ path: String?) {
    guard let path else { return nil }
    self.kind = kind
    self.path = path
  }

  var identity: FileIdentity? { FileIdentity(path, dash: 1) }
}

/// A file that a command reads.
struct InputWish {
  /// As `the data`.
  var what: String
  var path: String

  init(_ what: String, _ path: String) {
    self.what = what
    self.path = path
  }
}

/// The opened outputs of one command. What one of them fails with does not keep the others from being written.
final class Outputs {
  private var files: [OutputWish.Kind: OutputFile] = [:]
  private var failures: [String] = []
  /// True where a file takes standard output, so that the result for people goes elsewhere.
  private let isStandardOutputTaken: Bool

  /// For an option parser: outputs that would be mixed in one file.
  ///
  /// - Parameter json: whether the result is a document, which shares standard output with nothing.
  static func validate(_ wishes: [OutputWish], json: Bool) throws {
    var taken: [FileIdentity: OutputWish.Kind] = [:]
    let isPrinted = json && !wishes.contains { $0.kind == .result }
    for wish in wishes {
      guard let identity = wish.identity else { continue }
      if isPrinted, identity == .standardOutput {
        throw ValidationError(
          "--json and \(wish.kind.option) would mix two documents on standard output; give one of them a file, as -o FILE."
        )
      }
      if let other = taken.updateValue(wish.kind, forKey: identity) {
        throw ValidationError(
          "Two outputs would be written to one file: \(other.option) and \(wish.kind.option) '\(wish.path)'.")
      }
    }
  }

  /// Opens all of them.
  ///
  /// - Parameter inputs: what the command reads besides the files that it has read already.
  /// - Throws: every path that cannot be written, and every one that would overwrite an input.
  init(_ wishes: [OutputWish], keeping inputs: [InputWish] = []) throws(DiagnosticList) {
    let result = wishes.first { $0.kind == .result }
    isStandardOutputTaken = result == nil && wishes.contains { $0.identity == .standardOutput }
    var problems: [Diagnostic] = []
    var kept: [FileIdentity: String] = [:]
    for (name, identity) in InputFile.all { kept[identity] = "'\(name)'" }
    for input in inputs {
      if let identity = FileIdentity(input.path.withHome) { kept[identity] = "\(input.what) '\(input.path)'" }
    }
    for wish in wishes {
      if let identity = wish.identity, let input = kept[identity] {
        problems.append(
          Diagnostic(
            "\(wish.kind.option): '\(wish.path)' would overwrite \(input), which this command reads",
            hint: "name another file"))
        continue
      }
      do throws(DiagnosticList) {
        files[wish.kind] = try OutputFile(wish.path, option: wish.kind.option)
      } catch {
        problems += error.all
      }
    }
    guard problems.isEmpty else { throw DiagnosticList(problems) }
  }

  /// The file of that kind, to be written bit by bit; nil where none was asked for.
  subscript(kind: OutputWish.Kind) -> OutputFile? { files[kind] }

  /// Puts a file in its place.
  func finish(_ kind: OutputWish.Kind) {
    guard let file = files.removeValue(forKey: kind) else { return }
    do throws(FileFailure) { try file.finish() } catch { failures.append("error: \(error)") }
  }

  /// Writes a whole file, where it was asked for.
  func write(_ text: @autoclosure () throws -> String, to kind: OutputWish.Kind) rethrows {
    guard let file = files[kind] else { return }
    file.write(try text())
    finish(kind)
  }

  /// Prints the command's result, or puts it where `-o` says; the last that is written.
  ///
  /// - Throws: what could not be written, of all outputs.
  func deliver(_ text: String) throws {
    if files[.result] != nil {
      write(text.visibleLines, to: .result)
    } else if isStandardOutputTaken {
      Console.error(text)
    } else {
      do { try Console.output(text) } catch { failures += [error.message].compactMap { $0 } }
    }
    try check()
  }

  /// - Throws: what could not be written so far.
  func check() throws {
    guard failures.isEmpty else {
      throw Failure(.runFailed, failures.joined(separator: "\n"))
    }
  }
}
