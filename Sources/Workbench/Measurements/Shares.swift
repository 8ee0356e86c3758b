import Screens
import Traces

extension Breakdown {
  /// The five parts in tenths of a per cent that add up to exactly 1000, for texts: the parts with the largest remainders
  /// are rounded up. Nil for an empty window.
  public var permille: [Activity: Int]? {
    let whole = window
    guard whole > 0 else { return nil }
    var result: [Activity: Int] = [:]
    var remainders: [(Activity, Int64)] = []
    for activity in Activity.allCases {
      let (quotient, remainder) = (Int128(self[activity]) * 1000).quotientAndRemainder(dividingBy: Int128(whole))
      result[activity] = Int(quotient)
      remainders.append((activity, Int64(remainder)))
    }
    let missing = 1000 - result.values.reduce(0, +)
    for (activity, _) in remainders.sorted(by: { $0.1 > $1.1 }).prefix(missing) { result[activity, default: 0] += 1 }
    return result
  }
}

/// `62.5 %` of tenths of a per cent; `n/a` where not known.
func percentText(permille: Int?) -> String {
  permille.map { Format.percent(Double($0) / 1000) } ?? Format.unknown
}
