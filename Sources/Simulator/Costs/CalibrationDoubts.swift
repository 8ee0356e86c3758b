extension Calibration {
  /// A thread that sleeps on an idle processor goes on within this, deep sleep states and a virtual machine's detours included: what
  /// was measured above it is others' work, not waking up. In nanoseconds.
  public static let longestWake = 200_000.0

  /// ``wakeNanoseconds``, no longer than ``longestWake``: what simulations and the virtual clock charge.
  public var chargedWakeNanoseconds: Double { min(wakeNanoseconds, Self.longestWake) }

  /// Why predictions by these measurements may be off, in words; empty where nothing speaks against them.
  public var doubts: [String] {
    var doubts: [String] = []
    if wakeNanoseconds > Self.longestWake {
      doubts.append(
        "waking up was measured as \(Int((wakeNanoseconds / 1000).rounded())) us, which only a busy machine takes; "
          + "\(Int(Self.longestWake / 1000)) us are charged")
    }
    let judged = measurements.filter { $0.isUndisturbed != nil && $0.origin == .bench }
    let disturbed = judged.count { $0.isUndisturbed == false }
    if Double(disturbed) > Self.doubtfulShare * Double(judged.count) {
      doubts.append("\(disturbed) of \(judged.count) sizes were measured on disturbed processors alone")
    }
    return doubts
  }

  /// Where more of the sizes than this share were measured on disturbed processors, the measurements are doubtful.
  private static let doubtfulShare = 0.5
}
