import Networks
import Programs

/// Who holds which part of a layer's parameters, and who adds up gradients with whom.
///
/// Devices that hold the same box because the work is cut in `n`, `h` or `w`, or dealt in turns, add up its gradient;
/// replicas of a part compute the same gradient and do not. Nothing else decides who reduces with whom.
struct ParameterOwners {
  /// One part of a layer on one device.
  struct Owner {
    var device: Int
    var part: Int
    /// Per parameter of the node, a range per axis; nil where the part does not use it.
    var ranges: [[Range<Int>]?]
    /// The devices that reduce these parameters' gradients together, ascending.
    var group: [Int]
    /// The first device that holds them: its copy, or that of its group together, is saved as the model's.
    var saver: Int
  }

  let owners: [Owner]

  init(of node: Graph.Node, layout: Layout) {
    guard layout.algorithm(of: node.index) == .boxes else {
      owners = layout.algorithmOwners(of: node)
      return
    }
    let split = layout.partitioning.splits[node.index]
    let parts = (0..<split.m).flatMap { group -> [(replica: Int, owner: Owner)] in
      let turn = split.turn(of: group)
      let boxes = turn.boxes(samples: layout.samples(0), shape: node.outputShape, channelUnit: node.channelUnit)
      return turn.devices.indices.map { position in
        let summand = Summand(index: turn.coordinates(position).c, count: turn.c)
        let filters = node.filterPart(of: boxes[position], under: turn)
        let ranges = node.parameters.map {
          node.parameterRanges($0, output: boxes[position], summand: summand, filters: filters)
        }
        return (
          position / turn.parts,
          Owner(
            device: turn.devices[position], part: position % turn.parts, ranges: ranges, group: [], saver: 0)
        )
      }
    }
    owners = parts.map { replica, owner in
      var owner = owner
      let same = parts.filter { $0.owner.ranges == owner.ranges }
      owner.group = Set(same.filter { $0.replica == replica }.map(\.owner.device)).sorted()
      owner.saver = same[0].owner.device
      return owner
    }
  }
}
