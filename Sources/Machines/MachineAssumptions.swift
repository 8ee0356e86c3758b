extension Machine {
  /// What a run or simulation on this machine assumes, for reports; the link first.
  public var assumptions: [String] {
    var texts = ["link: \(linkDescription)"]
    switch topology {
    case .crossbar: break
    default:
      texts.append("topology: \(topology) of \(link)")
      texts.append(
        "messages pass the links of their route without waiting for their last byte (virtual cut-through); a link takes them "
          + "in the order in which they arrive there")
    }
    if !rates.isEmpty {
      texts.append("rates of the devices: \((0..<devices).map { "\(rate(of: $0))" }.joined(separator: ", "))")
    }
    if !perturbation.isEmpty { texts.append("perturbed: \(perturbation)") }
    return texts
  }
}
