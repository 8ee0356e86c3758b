/// Finds the known name that a misspelt one was probably meant to be.
struct NearestName {
  var known: [String]

  /// The first known name that begins with `name`, the one with the fewest edits from it, or one that contains it; nil
  /// where none is near (more than a third of its letters differ).
  func nearest(to name: String) -> String? {
    let wanted = Array(name.lowercased())
    if wanted.count >= 4, let longer = known.first(where: { $0.lowercased().hasPrefix(name.lowercased()) }) {
      return longer
    }
    let distances = known.map { (name: $0, distance: Self.distance(wanted, Array($0.lowercased()))) }
    guard let best = distances.min(by: { $0.distance < $1.distance }) else { return nil }
    if best.distance <= max(1, max(wanted.count, best.name.count) / 3) { return best.name }
    return wanted.count < 4 ? nil : known.first { $0.lowercased().contains(name.lowercased()) }
  }

  /// `did you mean 'x'?`, or the list of what is known.
  func hint(for name: String, kind: String) -> String {
    nearest(to: name).map { "did you mean '\($0)'?" } ?? "\(kind): \(known.joined(separator: ", "))"
  }

  /// Edits (insert, delete, replace, swap of neighbours) between two words: the optimal string alignment distance.
  private static func distance(_ a: [Character], _ b: [Character]) -> Int {
    var before: [Int] = []
    var last = Array(0...b.count)
    for i in a.indices {
      var row = [i + 1]
      for j in b.indices {
        var cost = min(last[j] + (a[i] == b[j] ? 0 : 1), last[j + 1] + 1, row[j] + 1)
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, before[j - 1] + 1) }
        row.append(cost)
      }
      before = last
      last = row
    }
    return last[b.count]
  }
}
