/// Sizes of memory as people write them.
public enum ByteCountText {
  private static let units: [(name: String, bytes: Double)] = [
    ("GiB", 1_073_741_824), ("MiB", 1_048_576), ("KiB", 1024), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3), ("B", 1),
  ]

  /// Reads `16GB`, `512 MiB`, `4096`: kB, MB and GB are powers of 1000, KiB, MiB and GiB of 1024. Nil for anything else and
  /// for less than one byte.
  public static func bytes(_ text: String) -> Int? {
    let number = text.prefix { "0123456789._".contains($0) }.filter { $0 != "_" }
    let unit = text.drop { "0123456789._ ".contains($0) }
    guard let value = Double(number), let scale = unit.isEmpty ? 1 : units.first(where: { $0.name == unit })?.bytes
    else { return nil }
    let bytes = (value * scale).rounded()
    return (1...9e18).contains(bytes) ? Int(bytes) : nil
  }

  /// In the largest unit that shows it exactly, as ``bytes(_:)`` reads it.
  public static func text(_ bytes: Int) -> String {
    for unit in [units[3], units[0], units[4], units[1], units[5], units[2]] where bytes % Int(unit.bytes) == 0 {
      return "\(bytes / Int(unit.bytes))\(unit.name)"
    }
    return "\(bytes)B"
  }
}
