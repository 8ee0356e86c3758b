/// Running sums of a memory's bytes and their peaks.
final class MemoryAccount {
  private static let kinds = MemoryKind.allCases.count
  /// Used words per kind and in total, then the peaks of the same.
  private let words: UnsafeMutablePointer<Int>

  init() {
    words = .allocate(capacity: 2 * (Self.kinds + 1))
    words.initialize(repeating: 0, count: 2 * (Self.kinds + 1))
  }

  deinit { words.deallocate() }

  func add(_ change: Int, _ kind: MemoryKind) {
    add(change, at: kind.rawValue)
    add(change, at: Self.kinds)
  }

  func resetPeaks() { (words + Self.kinds + 1).update(from: words, count: Self.kinds + 1) }

  var used: MemoryBytes { bytes(from: words) }
  var peak: MemoryBytes { bytes(from: words + Self.kinds + 1) }

  private func add(_ change: Int, at index: Int) {
    let used = words[index] + change
    words[index] = used
    let peak = index + Self.kinds + 1
    words[peak] = max(words[peak], used)
  }

  private func bytes(from words: UnsafePointer<Int>) -> MemoryBytes {
    MemoryBytes(byKind: (0..<Self.kinds).map { 4 * words[$0] }, total: 4 * words[Self.kinds])
  }
}
