import Diagnostics
import Foundation

/// How many samples this machine may hold: samples take at most half of its memory, the other half is for training.
enum SampleMemory {
  /// Bytes of all samples of a set.
  static let limit = Int(clamping: ProcessInfo.processInfo.physicalMemory / 2)

  /// - Parameter values: float32 numbers that are to be held, not yet allocated.
  /// - Throws: that they would not fit, with both numbers.
  static func check(_ values: Int, of file: DataFile) throws(DiagnosticList) {
    guard values > limit / 4 else { return }
    throw file.refuse(
      "its samples would take \(gigabytes(4 * Double(values))) of memory; half of this machine's are \(gigabytes(Double(limit)))",
      hint: "use fewer samples")
  }

  private static func gigabytes(_ bytes: Double) -> String {
    let tenths = (bytes / 1e8).rounded()
    return tenths < 1e6 ? "\(tenths / 10) GB" : "more than 100000 GB"
  }
}
