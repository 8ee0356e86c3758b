import Programs
import Traces

/// The most memory that a device had in use, in bytes.
public struct MemoryPeak: Hashable, Sendable {
  /// The peak of each kind, not necessarily at the same time; a kind that is missing is not known.
  public var byKind: [BufferKind: Int]
  /// The peak of the sum of all kinds, not the sum of the peaks; nil where not known.
  public var total: Int?

  /// A peak from its numbers, in bytes.
  public init(byKind: [BufferKind: Int], total: Int?) {
    self.byKind = byKind
    self.total = total
  }

  /// The peak by formula; kinds that the program does not use are 0, an unknown workspace is missing.
  public init(_ formula: PeakMemory) {
    byKind = Dictionary(uniqueKeysWithValues: BufferKind.allCases.map { ($0, formula.byKind[$0] ?? 0) })
    byKind[.workspace] = formula.byKind[.workspace]
    total = formula.total
  }

  /// A measured peak as reports write it.
  public init(_ measured: Report.PeakBytes) {
    let kinds: [(BufferKind, Int?)] = [
      (.parameters, measured.parameters), (.gradients, measured.gradients), (.optimizer, measured.optimizer),
      (.activations, measured.activations), (.buffers, measured.buffers), (.workspace, measured.workspace),
    ]
    byKind = Dictionary(uniqueKeysWithValues: kinds.compactMap { kind, bytes in bytes.map { (kind, $0) } })
    total = measured.total
  }

  /// Nothing measured.
  public static let unknown = MemoryPeak(byKind: [:], total: nil)
}
