import Diagnostics
import Machines
import Networks

/// One cell of a schedule: what a device does for a stage and a microbatch.
public struct Action: Hashable, Sendable, CustomStringConvertible {
  public enum Kind: Character, Hashable, Sendable, CaseIterable {
    case forward = "F"
    case backward = "B"
    case backwardInput = "I"
    case backwardWeight = "W"
    case recompute = "R"
    /// Gradient exchange.
    case exchange = "X"
    case update = "U"
  }

  public var kind: Kind
  public var stage: Int
  /// Nil for what concerns the whole step; an exchange or update with a microbatch follows that microbatch's backward.
  public var microbatch: Int?

  public init(_ kind: Kind, stage: Int, microbatch: Int? = nil) {
    self.kind = kind
    self.stage = stage
    self.microbatch = microbatch
  }

  /// `1F0`, or `1U`.
  public var description: String { "\(stage)\(kind.rawValue)\(microbatch.map(String.init) ?? "")" }
}

/// The order of actions on every device: the level of a program that a person reads.
public struct Schedule: Hashable, Sendable, CustomStringConvertible {
  /// One ordered list per device.
  public var devices: [[Action]]

  public init(devices: [[Action]]) { self.devices = devices }

  /// One line per device, actions separated by blanks; ``init(parsing:)`` reads it back.
  public var description: String {
    devices.map { $0.map(\.description).joined(separator: " ") }.joined(separator: "\n")
  }

  /// Reads what ``description`` prints.
  ///
  /// - Throws: every word that is no action, with line (device) and column.
  public init(parsing text: String) throws(DiagnosticList) {
    var problems: [Diagnostic] = []
    devices = text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().map { row, line in
      line.split(separator: " ").compactMap { word in
        if let action = Action(parsing: word) { return action }
        let column = line.distance(from: line.startIndex, to: word.startIndex) + 1
        problems.append(
          Diagnostic(
            "'\(word)' is no action", location: SourceLocation(line: row + 1, column: column),
            hint: Action.form))
        return nil
      }
    }
    if !problems.isEmpty { throw DiagnosticList(problems) }
  }
}

extension Action {
  /// What can be written, for messages.
  public static let form =
    "an action is stage, letter (F B I W R X U) and microbatch, as 1F0 or 1U; stages up to \(stages.range.upperBound), microbatches up to \(microbatches.range.upperBound)"

  /// A stage has a device, or several stages one.
  private static let stages = Machine.deviceNumbers
  private static let microbatches = WholeNumbers(0...SizeLimit.microbatches.range.upperBound - 1)

  /// Reads what ``description`` prints; nil where `text` is no action.
  public init?(parsing text: some StringProtocol) {
    guard let letter = text.firstIndex(where: { !$0.isASCII || !$0.isNumber }), let kind = Kind(rawValue: text[letter]),
      let stage = Self.stages.read(text[..<letter])
    else { return nil }
    let rest = text[text.index(after: letter)...]
    let microbatch = Self.microbatches.read(rest)
    let concernsStep = kind == .exchange || kind == .update
    guard rest.isEmpty ? concernsStep : microbatch != nil else { return nil }
    self.init(kind, stage: stage, microbatch: microbatch)
  }
}
