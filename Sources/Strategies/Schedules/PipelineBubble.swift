import Programs

extension PipelineSchedule {
  /// The idle time by the closed form of the schedule's authors, with F = 1, B = 2 or I = W = 1; nil where there is none, or
  /// where it does not hold for so few microbatches. ``ScheduleTiming`` counts the same.
  ///
  /// - Parameters:
  ///   - p: devices, or groups of devices that share their stages.
  ///   - v: parts of the model on each in an interleaved schedule.
  ///   - m: microbatches.
  func bubble(devices p: Int, chunks v: Int, microbatches m: Int) -> BubbleFormula? {
    guard p > 1 else { return nil }
    func form(_ text: String, _ idle: Int, _ work: Int, of whole: BubbleFormula.Whole = .makespan) -> BubbleFormula {
      BubbleFormula(text, fractionOfTotal: Double(idle) / Double(work + idle), of: whole)
    }
    switch self {
    // Huang et al. 2019; Narayanan et al. 2019. Without a flush it is paid once, but here every step drains.
    case .gpipe, .oneForwardOneBackward, .pipedream, .pipedream2BW: return form("(p-1)/(m+p-1)", p - 1, m)
    case .sequential: return form("(p-1)/p", p - 1, 1)
    // Narayanan et al. 2021.
    case .interleaved: return form("(p-1)/(vm+p-1)", p - 1, v * m)
    // Qi et al. 2023: (p-1)(F+B-W) over m(F+B+W) more of it; the weights' half fills the rest.
    case .zeroBubbleH1 where m >= p: return form("(p-1)/(3m+p-1)", p - 1, 3 * m)
    case .zeroBubbleH2 where m >= 2 * p - 1: return form("0", 0, 3 * m, of: .longestSpan)
    // Li and Hoefler 2021, for as many microbatches as devices; units of so many follow each other.
    case .chimera where m.isMultiple(of: p): return form("(p-2)/(3p/2+p-2)", 2 * (p - 2), 3 * p)
    default: return nil
    }
  }
}
