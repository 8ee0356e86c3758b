import Diagnostics
import Machines
import Programs

/// A line of a schedule where it stands: what people are shown when it is wrong.
struct ScheduleLine {
  var row: ScheduleRow
  let text: String
  /// In the strategy's text, from 1; nil for a line that was not read from one.
  let number: Int?
  /// Where each action begins, from 1.
  let columns: [Int]

  /// The line that a row prints.
  init(_ row: ScheduleRow) {
    self.row = row
    text = row.description
    number = nil
    columns = Self.words(of: text[...]).map(\.column)
  }

  /// Whether a line of a table is one of its schedule: `schedule`, and no degrees of a layer that is called so.
  static func begins(_ line: Substring) -> Bool {
    let words = line.split(separator: " ")
    return words.first == "schedule" && !(words.count > 1 && words[1].contains("="))
  }

  /// Reads what ``ScheduleRow/description`` prints.
  ///
  /// - Throws: every word that is wrong, marked.
  init(parsing line: Substring, number: Int) throws(DiagnosticList) {
    text = String(line)
    self.number = number
    var problems: [Diagnostic] = []
    func problem(_ message: String, column: Int, width: Int, hint: String) {
      problems.append(
        Diagnostic(
          "\(message)\n\(Self.excerpt(String(line), column: column, width: width))", path: "strategy",
          location: SourceLocation(line: number, column: column), hint: hint))
    }
    let example = "a line is: schedule, devices such as 0 1, '|', actions such as 0F0 0F1 0B0 0B1"
    row = ScheduleRow(devices: [], actions: [])
    columns = Self.words(of: line).map(\.column)
    guard let bar = line.firstIndex(of: "|") else {
      problem("there is no '|' between devices and actions", column: line.count + 1, width: 1, hint: example)
      throw DiagnosticList(problems)
    }
    for word in line[..<bar].split(separator: " ").dropFirst() {
      let column = line.distance(from: line.startIndex, to: word.startIndex) + 1
      let device = Machine.deviceNumbers.read(word)
      if let device, !row.devices.contains(device) {
        row.devices.append(device)
      } else {
        problem(
          device == nil
            ? "'\(word)' is no device number, which is \(Machine.deviceNumbers)" : "device \(word) is named twice",
          column: column, width: word.count, hint: example)
      }
    }
    for (word, column) in Self.words(of: line) {
      if let action = Action(parsing: word) {
        row.actions.append(action)
      } else {
        problem(
          "'\(word)' is no action", column: column, width: word.count,
          hint: Action.form)
      }
    }
    if row.devices.isEmpty { problem("no device before '|'", column: 10, width: 1, hint: example) }
    if !problems.isEmpty { throw DiagnosticList(problems) }
  }

  private static func words(of line: Substring) -> [(word: Substring, column: Int)] {
    guard let bar = line.firstIndex(of: "|") else { return [] }
    return line[line.index(after: bar)...].split(separator: " ").map {
      ($0, line.distance(from: line.startIndex, to: $0.startIndex) + 1)
    }
  }

  /// Where an action begins; behind the last one for a place after all.
  func column(_ position: Int) -> Int { columns.indices.contains(position) ? columns[position] : text.count + 2 }

  /// The line with an action marked, or its end.
  func excerpt(at position: Int) -> String {
    let width = row.actions.indices.contains(position) ? row.actions[position].description.count : 1
    return Self.excerpt(text, column: column(position), width: width)
  }

  /// What stands around a column, and below it the mark.
  private static func excerpt(_ text: String, column: Int, width: Int) -> String {
    let characters = Array(text)
    let begin = max(0, min(column - 1, characters.count) - 60)
    let end = min(characters.count, column + 30)
    let head = begin > 0 ? "…" : ""
    let shown = head + String(characters[begin..<end]) + (end < characters.count ? "…" : "")
    let blanks = String(repeating: " ", count: head.count + column - 1 - begin)
    return "  \(shown)\n  \(blanks)\(String(repeating: "^", count: max(1, width))) <-- here"
  }
}
