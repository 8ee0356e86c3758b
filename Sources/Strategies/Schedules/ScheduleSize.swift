import Diagnostics

extension [ScheduleLine] {
  /// The action whose microbatch is numbered beyond what a schedule of so many actions can have, for every microbatch before it
  /// goes forward somewhere too; nil where there is none. It is asked before anything is made for every microbatch.
  func missingMicrobatches() -> Diagnostic? {
    let count = reduce(0) { $0 + $1.row.actions.count }
    for line in self {
      guard let position = line.row.actions.firstIndex(where: { ($0.microbatch ?? 0) >= count }) else { continue }
      let action = line.row.actions[position]
      let column = line.column(position)
      return Diagnostic(
        "\(action) is of microbatch \(action.microbatch ?? 0), but the schedule has \(count) \(count == 1 ? "action" : "actions") in all\n\(line.excerpt(at: position))",
        path: "strategy", location: line.number.map { SourceLocation(line: $0, column: column) },
        hint: "microbatches are numbered from 0, and each goes forward and backward")
    }
    return nil
  }
}
