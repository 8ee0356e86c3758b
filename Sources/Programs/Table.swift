/// The number of an entry in a ``Table``; 4 bytes, so that instructions stay small.
public struct Index<Entry>: Hashable, Sendable, Comparable, CustomStringConvertible {
  public let raw: UInt32

  public init(_ position: Int) { raw = UInt32(position) }

  /// The position in the table's ``Table/entries``.
  public var position: Int { Int(raw) }
  public var description: String { "\(raw)" }
  public static func < (a: Index, b: Index) -> Bool { a.raw < b.raw }
}

/// A side table of a program: entries that instructions name by number.
public struct Table<Entry> {
  public private(set) var entries: [Entry] = []

  public init() {}

  public var count: Int { entries.count }
  public var indices: some Sequence<Index<Entry>> { entries.indices.lazy.map { Index($0) } }

  /// Adds an entry and returns its number.
  public mutating func append(_ entry: Entry) -> Index<Entry> {
    entries.append(entry)
    return Index(entries.count - 1)
  }

  public subscript(_ index: Index<Entry>) -> Entry {
    get { entries[index.position] }
    set { entries[index.position] = newValue }
  }
}

extension Table: Sendable where Entry: Sendable {}
extension Table: Equatable where Entry: Equatable {}
