import Kernels
import Networks
import Testing

/// Batch normalisation in parts that merge their statistics, beside the same layer as a whole.
@Suite struct SharedStatisticsTests {
  /// A box of samples, rows and columns of the whole layer.
  private struct Part {
    var n: Range<Int>
    var h: Range<Int>
    var w: Range<Int>
  }

  /// A whole layer, its groups of samples, and the parts into which it is cut.
  private struct Cut {
    var whole: Extent4
    var groups: [Int]
    var parts: [Part]

    /// Every combination of the boundaries.
    init(_ whole: Extent4, groups: [Int]? = nil, n: [Int] = [], h: [Int] = [], w: [Int] = []) {
      func ranges(_ boundaries: [Int], _ end: Int) -> [Range<Int>] {
        zip([0] + boundaries, boundaries + [end]).map { $0..<$1 }
      }
      self.whole = whole
      self.groups = groups ?? [whole.n]
      parts = ranges(n, whole.n).flatMap { n in
        ranges(h, whole.h).flatMap { h in ranges(w, whole.w).map { w in Part(n: n, h: h, w: w) } }
      }
    }

    /// Samples that a part has of each group.
    func samples(of part: Part) -> [Int] {
      var first = 0
      return groups.map { size in
        defer { first += size }
        return (first..<first + size).clamped(to: part.n).count
      }
    }

    /// Where the words of a part lie in the whole.
    func places(of part: Part) -> [Int] {
      part.n.flatMap { n in
        (0..<whole.k).flatMap { k in
          part.h.flatMap { h in part.w.map { w in ((n * whole.k + k) * whole.h + h) * whole.w + w } }
        }
      }
    }

    var wholeGeometry: LayerGeometry { geometry(whole, groups: groups) }

    func partGeometries() -> [LayerGeometry] {
      let counts = parts.map { part in samples(of: part).map { $0 * part.h.count * part.w.count } }
      return parts.enumerated().map { rank, part in
        geometry(
          Extent4(n: part.n.count, k: whole.k, h: part.h.count, w: part.w.count), groups: samples(of: part),
          members: StatisticsMembers(counts: counts, own: rank))
      }
    }

    private func geometry(_ extent: Extent4, groups: [Int], members: StatisticsMembers? = nil) -> LayerGeometry {
      LayerGeometry(
        kind: .batchNorm(), inputs: [extent], output: extent,
        wholeOutput: .image(channels: whole.k, height: whole.h, width: whole.w), statisticsGroups: groups,
        statisticsMembers: members)
    }
  }

  private static let cuts: [Cut] = [
    Cut(Extent4(n: 7, k: 3, h: 1, w: 1), n: [1, 2, 5]),
    Cut(Extent4(n: 5, k: 2, h: 7, w: 9), n: [2]),
    Cut(Extent4(n: 3, k: 5, h: 7, w: 5), h: [1, 4], w: [2]),
    Cut(Extent4(n: 4, k: 1, h: 33, w: 17), n: [3], h: [1]),
    Cut(Extent4(n: 6, k: 3, h: 5, w: 3), groups: [2, 4], h: [2, 3]),
    Cut(Extent4(n: 9, k: 2, h: 3, w: 2), groups: [3, 3, 3], n: [2, 3, 8], w: [1]),
    Cut(Extent4(n: 2, k: 4, h: 3, w: 3)),
  ]

  /// The parts as rigs that tell each other their words, as messages would.
  private struct Team {
    let cut: Cut
    let rigs: [LayerRig]

    init(_ cut: Cut, weight: [Float], bias: [Float]) {
      self.cut = cut
      let states = [noise(cut.whole.k, 5), [Float](repeating: 1.5, count: cut.whole.k)]
      rigs = cut.partGeometries().map { LayerRig($0, parameters: [weight, bias], states: states) }
    }

    func forward(_ x: [Float]) -> [Float] {
      for (rig, part) in zip(rigs, cut.parts) {
        rig.memory.write(cut.places(of: part).map { x[$0] }, to: rig.slots.inputs[0])
        rig.kernel.statistics(in: rig.memory)
      }
      share(\.moments)
      for rig in rigs { rig.kernel.forward(in: rig.memory, mode: .training, step: 0) }
      return join { $0.memory.read($0.slots.output) }
    }

    /// dx of the whole, and the parts' parameter gradients added up.
    func backward(_ dy: [Float], inHalves: Bool) -> (dx: [Float], parameters: [[Float]]) {
      for (rig, part) in zip(rigs, cut.parts) {
        rig.setOutputGradient(cut.places(of: part).map { dy[$0] })
        rig.kernel.gradientSums(in: rig.memory)
      }
      share(\.gradientSums)
      for rig in rigs {
        guard inHalves else {
          rig.kernel.backward(in: rig.memory, accumulate: false, step: 0)
          continue
        }
        rig.kernel.backwardInput(in: rig.memory, step: 0)
        // The second half reads the sums alone.
        for slot in [rig.slots.inputs[0], rig.slots.outputGradient!] { rig.memory.free(slot) }
        rig.kernel.backwardWeight(in: rig.memory, accumulate: false, step: 0)
      }
      let parameters = (0..<2).map { ordinal in
        rigs.map { $0.parameterGradients[ordinal] }.reduce([Float](repeating: 0, count: cut.whole.k)) {
          zip($0, $1).map(+)
        }
      }
      return (join { $0.inputGradients[0] }, parameters)
    }

    private func share(_ slots: KeyPath<LayerSlots, [Int]>) {
      for (rank, sender) in rigs.enumerated() {
        let words = sender.memory.read(sender.slots[keyPath: slots][rank])
        for rig in rigs { rig.memory.write(words, to: rig.slots[keyPath: slots][rank]) }
      }
    }

    private func join(_ words: (LayerRig) -> [Float]) -> [Float] {
      var whole = [Float](repeating: .nan, count: cut.whole.count)
      for (rig, part) in zip(rigs, cut.parts) {
        for (place, value) in zip(cut.places(of: part), words(rig)) { whole[place] = value }
      }
      return whole
    }
  }

  @Test(arguments: [0, 1000]) func partsEqualTheWhole(offset: Float) {
    for (number, cut) in Self.cuts.enumerated() {
      let k = cut.whole.k
      let (weight, bias) = (noise(k, number), noise(k, number + 20))
      let x = noise(cut.whole.count, number + 40).map { $0 + offset }
      let dy = noise(cut.whole.count, number + 60)
      let whole = LayerRig(
        cut.wholeGeometry, parameters: [weight, bias], states: [noise(k, 5), [Float](repeating: 1.5, count: k)])
      let y = whole.forward([x])
      whole.setOutputGradient(dy)
      whole.kernel.backward(in: whole.memory, accumulate: false, step: 0)
      // A mean of 1000 has 1/16384 as its last digit, a hundredth of a thousandth of the deviation.
      let tolerance: Float = offset == 0 ? 2e-6 : 1e-3
      for inHalves in [false, true] {
        let team = Team(cut, weight: weight, bias: bias)
        #expect(relativeError(team.forward(x), y) < tolerance, "cut \(number), output")
        let (dx, parameters) = team.backward(dy, inHalves: inHalves)
        #expect(relativeError(dx, whole.inputGradients[0]) < tolerance, "cut \(number), input gradient")
        for (own, expected) in zip(parameters, whole.parameterGradients) {
          #expect(relativeError(own, expected) < tolerance, "cut \(number), parameter gradients")
        }
        for slot in 0..<2 {
          let states = team.rigs.map { $0.memory.read($0.slots.states[slot]) }
          #expect(Set(states).count == 1, "members agree to the last bit")
          #expect(
            relativeError(states[0], whole.memory.read(whole.slots.states[slot])) < tolerance,
            "cut \(number), running statistics")
        }
      }
    }
  }

  @Test func inputGradientsEqualDifferences() {
    for (number, cut) in Self.cuts.enumerated() {
      let team = Team(cut, weight: noise(cut.whole.k, number), bias: noise(cut.whole.k, number + 1))
      let x = noise(cut.whole.count, number + 2)
      let dy = noise(cut.whole.count, number + 3)
      func value(_ place: Int, _ change: Float) -> Double {
        var moved = x
        moved[place] += change
        return zip(dy, team.forward(moved)).reduce(0) { $0 + Double($1.0) * Double($1.1) }
      }
      _ = team.forward(x)
      let dx = team.backward(dy, inHalves: false).dx
      let step: Float = 1 / 256
      for place in Swift.stride(from: 0, to: cut.whole.count, by: max(1, cut.whole.count / 12)) {
        let difference = (value(place, step) - value(place, -step)) / Double(2 * step)
        #expect(abs(difference - Double(dx[place])) < 5e-3 * max(1, abs(difference)), "cut \(number), word \(place)")
      }
    }
  }

  /// The running statistics of groups that others normalised are those that one layer with all groups has.
  @Test func gatheredGroupsMoveTheRunningStatistics() {
    let cut = Cut(Extent4(n: 9, k: 3, h: 4, w: 5), groups: [3, 3, 3])
    let states = [noise(3, 5), [Float](repeating: 1.5, count: 3)]
    let x = noise(cut.whole.count, 8)
    let whole = LayerRig(cut.wholeGeometry, parameters: [noise(3, 1), noise(3, 2)], states: states)
    _ = whole.forward([x])
    // Two parts of one and two groups, each in an upper and a lower half.
    let parts = [
      Cut(Extent4(n: 3, k: 3, h: 4, w: 5), h: [1]), Cut(Extent4(n: 6, k: 3, h: 4, w: 5), groups: [3, 3], h: [2]),
    ]
    var descriptions = [3, 3].map { SlotDescription(words: $0, kind: .parameters, persistent: true) }
    var words: [[Float]] = states
    var gathered: [RunningStatisticsKernel.Part] = []
    var first = 0
    for part in parts {
      let team = Team(part, weight: [1, 1, 1], bias: [0, 0, 0])
      _ = team.forward(Array(x[first..<first + part.whole.count]))
      first += part.whole.count
      gathered.append(
        .init(
          moments: team.rigs.enumerated().map { rank, rig in
            words.append(rig.memory.read(rig.slots.moments[rank]))
            descriptions.append(
              SlotDescription(words: words[words.count - 1].count, kind: .buffers, persistent: true))
            return words.count - 1
          }, counts: part.partGeometries()[0].statisticsMembers!.counts))
    }
    let memory = DeviceMemory(device: 0, slots: descriptions)
    for (slot, values) in words.enumerated() { memory.write(values, to: slot) }
    RunningStatisticsKernel(parts: gathered, channels: 3, momentum: 0.1, states: [0, 1]).update(in: memory)
    for slot in 0..<2 {
      #expect(relativeError(memory.read(slot), whole.memory.read(whole.slots.states[slot])) < 1e-6)
    }
  }
}
