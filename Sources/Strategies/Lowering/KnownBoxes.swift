/// Boxes of a layout that were computed already, by microbatch. A layout never changes, so neither do they.
final class KnownBoxes {
  private var holdings: [[Holding]?]
  private var needs: [[Holding]?]
  private var needsByDevice: [[Int: [Holding]]?]
  private var demands: [[Holding]?]
  private let consumers: Int
  private let junctions: Int

  init(consumers: Int, junctions: Int, microbatches: Int) {
    self.consumers = consumers
    self.junctions = junctions
    holdings = Array(repeating: nil, count: consumers * microbatches)
    needs = Array(repeating: nil, count: junctions * microbatches)
    needsByDevice = Array(repeating: nil, count: needs.count)
    demands = needs
  }

  func holdings(_ consumer: Int, _ microbatch: Int, compute: () -> [Holding]) -> [Holding] {
    let place = microbatch * consumers + consumer
    if let known = holdings[place] { return known }
    let boxes = compute()
    holdings[place] = boxes
    return boxes
  }

  func needs(_ junction: Int, _ microbatch: Int, compute: () -> [Holding]) -> [Holding] {
    let place = microbatch * junctions + junction
    if let known = needs[place] { return known }
    let boxes = compute()
    needs[place] = boxes
    return boxes
  }

  func needsByDevice(_ junction: Int, _ microbatch: Int, compute: () -> [Int: [Holding]]) -> [Int: [Holding]] {
    let place = microbatch * junctions + junction
    if let known = needsByDevice[place] { return known }
    let boxes = compute()
    needsByDevice[place] = boxes
    return boxes
  }

  func demands(_ junction: Int, _ microbatch: Int, compute: () -> [Holding]) -> [Holding] {
    let place = microbatch * junctions + junction
    if let known = demands[place] { return known }
    let boxes = compute()
    demands[place] = boxes
    return boxes
  }
}
