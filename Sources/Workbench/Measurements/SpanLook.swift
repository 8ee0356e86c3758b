import Programs
import Screens
import Traces

/// How kinds of spans look in all panels: a role, and a glyph that says the same without colour.
struct SpanLook: Hashable, Sendable {
  var role: Role
  var glyph: Unicode.Scalar
  /// One or two words for legends.
  var name: String

  init(_ role: Role, _ glyph: Unicode.Scalar, _ name: String) {
    self.role = role
    self.glyph = glyph
    self.name = name
  }

  init(_ kind: SpanKind) {
    let look: (Role, String) =
      switch kind {
      case .load: (.load, "load")
      case .forward: (.forward, "forward")
      case .backward: (.backward, "backward")
      case .backwardInput: (.backwardInput, "input gradient")
      case .backwardWeight: (.backwardWeight, "weight gradient")
      case .statistics: (.reduce, "statistics")
      case .loss: (.loss, "loss")
      case .zero: (.copy, "clear")
      case .update: (.update, "update")
      case .copy: (.copy, "copy")
      case .accumulate: (.reduce, "sum")
      case .send: (.overhead, "send")
      case .receive: (.transfer, "transfer")
      case .wait: (.waitSender, "wait")
      case .overhead: (.overhead, "runtime")
      case .idle: (.idle, "idle")
      }
    self.init(look.0, kind.letter.unicodeScalars.first ?? "?", look.1)
  }

  init(_ cause: WaitCause) {
    switch cause {
    case .lateSender: self.init(.waitSender, "~", "late sender")
    case .backPressure: self.init(.waitPressure, "!", "back-pressure")
    }
  }

  init(_ span: TraceSpan) {
    if let cause = span.cause { self.init(cause) } else { self.init(span.kind) }
  }

  init(_ activity: Activity) {
    switch activity {
    case .compute: self.init(.forward, "█", "compute")
    case .communication: self.init(.transfer, "x", "exposed communication")
    case .wait: self.init(.waitSender, "~", "wait")
    case .overhead: self.init(.overhead, "o", "overhead")
    case .idle: self.init(.idle, "·", "idle")
    }
  }

  init(_ kind: Action.Kind) {
    let role: Role =
      switch kind {
      case .forward: .forward
      case .backward: .backward
      case .backwardInput: .backwardInput
      case .backwardWeight: .backwardWeight
      case .recompute: .recompute
      case .exchange: .transfer
      case .update: .update
      }
    self.init(role, kind.rawValue.unicodeScalars.first ?? "?", "\(kind)")
  }

  /// Glyph and name in one stretch that is not broken between lines.
  var legend: Line {
    let words = name.split(separator: " ").joined(separator: "\u{a0}")
    return Line(String(Character(glyph)), role: role) + Line("\u{a0}\(words)", role: .dim)
  }

  /// Several looks after each other, with one word for each where they do not fit otherwise.
  static func legend(_ looks: [SpanLook], fitting width: Int) -> Line {
    let whole = legend(looks)
    if whole.columns <= width { return whole }
    return legend(looks.map { SpanLook($0.role, $0.glyph, String($0.name.prefix { $0 != " " })) })
  }

  /// Several looks after each other.
  static func legend(_ looks: [SpanLook]) -> Line {
    looks.enumerated().reduce(Line("")) { line, entry in
      line + Line(entry.offset == 0 ? "" : "  ") + entry.element.legend
    }
  }
}
