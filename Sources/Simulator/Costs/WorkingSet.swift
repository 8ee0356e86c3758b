import Foundation
import Programs

/// How much memory a device's program uses in a step, as a power of two of bytes: it decides what an instruction finds in the
/// processor's caches. A copy of 64 words takes 60 ns in a small network, and several hundred where others have displaced them.
struct WorkingSet: Hashable, Sendable {
  var logarithm: Int

  init(logarithm: Int) { self.logarithm = logarithm }

  /// Of all buffers that a program names, views left out.
  init(of device: DeviceProgram) {
    let words = device.buffers.entries.reduce(1) { $1.parent == nil ? $0 + $1.words : $0 }
    logarithm = Int(log2(4 * Double(words)).rounded())
  }

  /// How unlike another one it is; sets that differ by a factor of two or less are alike.
  func distance(to other: Int?) -> Int { other.map { max(0, abs($0 - logarithm) - 1) } ?? 0 }
}
