import Programs

extension PipelineSchedule {
  /// The idle time by the closed form of the schedule's authors; nil where there is none, or where it does not hold for so few
  /// microbatches. Whether it holds for given times is confirmed by counting (``StageDurations/confirm(_:of:)``).
  ///
  /// - Parameters:
  ///   - p: devices, or groups of devices that share their stages.
  ///   - v: parts of the model on each in an interleaved schedule.
  ///   - m: microbatches.
  ///   - stage: What one microbatch takes in every stage: F, I and W, with B = I + W.
  func bubble(
    devices p: Int, chunks v: Int, microbatches m: Int, stage: StageDurations.Stage = .init()
  ) -> BubbleFormula? {
    guard p > 1 else { return nil }
    func form(_ text: String, _ idle: Double, _ work: Double, of whole: BubbleFormula.Whole = .makespan)
      -> BubbleFormula
    {
      BubbleFormula(text, fractionOfTotal: work + idle > 0 ? idle / (work + idle) : 0, of: whole)
    }
    let (f, i, w) = (stage.forward, stage.backwardInput, stage.backwardWeight)
    let (devices, count) = (Double(p), Double(m))
    let work = count * (f + i + w)
    switch self {
    // Huang et al. 2019; Narayanan et al. 2019. Without a flush it is paid once, but here every step drains.
    case .gpipe, .oneForwardOneBackward, .pipedream, .pipedream2BW: return form("(p-1)/(m+p-1)", devices - 1, count)
    case .sequential: return form("(p-1)/p", devices - 1, 1)
    // Narayanan et al. 2021.
    case .interleaved: return form("(p-1)/(vm+p-1)", devices - 1, Double(v) * count)
    // Qi et al. 2023; the weights' half fills the rest.
    case .zeroBubbleH1 where m >= p:
      return form("(p-1)(F+I-W)/(m(F+I+W)+(p-1)(F+I-W))", (devices - 1) * (f + i - w), work)
    case .zeroBubbleH2 where m >= 2 * p - 1: return form("0", 0, work, of: .longestSpan)
    // Li and Hoefler 2021: (p-2)/(2m+p-2) where B = F, (p-2)/(3m/2+p-2) where B = 2F.
    case .chimera where m.isMultiple(of: p): return form("(p-2)B/(m(F+B)+(p-2)B)", (devices - 2) * (i + w), work)
    default: return nil
    }
  }
}
