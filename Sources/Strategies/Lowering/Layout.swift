import Networks
import Programs

/// One device's part of a layer's output for one microbatch.
struct Holding: Hashable {
  var device: Int
  /// Devices with one part number compute the same box.
  var part: Int
  var box: Box
  /// Which part of the sum over input channels the device has; the box is complete when all are added.
  var summand = Summand()
}

/// Where every activation lies, and which layers read it together: the geometry of a partitioned network.
struct Layout {
  /// Stands for the loss where a consumer's index is expected.
  let loss: Int
  let graph: Graph
  let partitioning: Partitioning
  let batch: Int
  /// Every pair of a producer (or the network's input) and layers that read it in the same way, in order of the producer.
  let junctions: [Junction]
  /// The junction by which each consumer reads each of its operands: places in ``junctions``.
  let readings: [[Int]]
  /// Whether a gradient must reach each node: it or a layer before it has learned parameters.
  let needsGradient: [Bool]
  /// The boxes that were asked for so far: lowering asks for the same ones again and again.
  private let known: KnownBoxes

  init(graph: Graph, partitioning: Partitioning, batch: Int) {
    self.graph = graph
    self.partitioning = partitioning
    self.batch = batch
    loss = graph.nodes.count
    junctions = Junction.all(graph: graph, partitioning: partitioning)
    var readings = graph.nodes.map { $0.inputs.map { _ in 0 } } + [[0]]
    for junction in junctions {
      for (consumer, operand) in junction.operands { readings[consumer][operand] = junction.number }
    }
    self.readings = readings
    var needs: [Bool] = []
    for node in graph.nodes {
      needs.append(
        node.parameters.contains(where: \.isLearned) || node.kind.profile != nil
          || node.inputs.contains { $0 >= 0 && needs[$0] })
    }
    needsGradient = needs
    known = KnownBoxes(consumers: loss + 1, junctions: junctions.count, microbatches: partitioning.microbatches)
  }

  var stageCount: Int { (partitioning.stages.max() ?? 0) + 1 }

  /// Samples of a microbatch within the step's batch.
  func samples(_ microbatch: Int) -> Range<Int> { (0..<batch).cut(microbatch, of: partitioning.microbatches) }

  func split(of consumer: Int) -> Split { consumer == loss ? partitioning.lossSplit : partitioning.splits[consumer] }

  func stage(of consumer: Int) -> Int {
    consumer == loss ? stageCount - 1 : partitioning.stages[consumer]
  }

  /// The parts of a node's output, or of the loss's samples, that are not empty.
  func holdings(_ consumer: Int, microbatch: Int) -> [Holding] {
    known.holdings(consumer, microbatch) { computeHoldings(consumer, microbatch: microbatch) }
  }

  private func computeHoldings(_ consumer: Int, microbatch: Int) -> [Holding] {
    let split = split(of: consumer).turn(of: microbatch)
    let shape = consumer == loss ? Shape.features(graph.lossUnits) : graph.nodes[consumer].outputShape
    let unit = consumer == loss ? 1 : graph.nodes[consumer].channelUnit
    let boxes = split.boxes(samples: samples(microbatch), shape: shape, channelUnit: unit)
    return split.devices.indices.compactMap { position in
      boxes[position].isEmpty
        ? nil
        : Holding(
          device: split.devices[position], part: position % split.parts, box: boxes[position],
          summand: Summand(index: split.coordinates(position).c, count: split.c))
    }
  }

  /// The box of the junction's producer that each consuming part needs; parts that need none of it are left out.
  func needs(_ junction: Junction, microbatch: Int) -> [Holding] {
    known.needs(junction.number, microbatch) { computeNeeds(junction, microbatch: microbatch) }
  }

  /// The needs of one device, in the same order.
  func needs(_ junction: Junction, microbatch: Int, on device: Int) -> [Holding] {
    known.needsByDevice(junction.number, microbatch) {
      Dictionary(grouping: needs(junction, microbatch: microbatch), by: \.device)
    }[device] ?? []
  }

  private func computeNeeds(_ junction: Junction, microbatch: Int) -> [Holding] {
    let (consumer, operand) = junction.operands[0]
    return holdings(consumer, microbatch: microbatch).compactMap { holding in
      var need = holding
      if consumer == loss {
        let words = graph.output.count / graph.lossUnits
        need.box.k = holding.box.k.lowerBound * words..<holding.box.k.upperBound * words
      } else {
        need.box =
          algorithmNeed(consumer, holding)
          ?? ReceptiveField(
            of: graph.nodes[consumer], output: holding.box, summand: holding.summand
          ).inputs[operand]
      }
      return need.box.isEmpty ? nil : need
    }
  }

  /// The needs without repetition: parts of one device that need the same box get it once.
  func demands(_ junction: Junction, microbatch: Int) -> [Holding] {
    known.demands(junction.number, microbatch) {
      var seen: Set<Demand> = []
      return needs(junction, microbatch: microbatch).filter {
        seen.insert(Demand(device: $0.device, box: $0.box)).inserted
      }
    }
  }

  private struct Demand: Hashable {
    var device: Int
    var box: Box
  }
}

/// A producer's output on its way to layers that need the same boxes of it: the place where splits meet.
struct Junction {
  /// Its place in ``Layout/junctions``.
  var number = 0
  /// A node, or ``Graph/networkInput``.
  let producer: Int
  /// Consumers with the operand's position; the loss is the node after the last.
  let operands: [(consumer: Int, operand: Int)]
  /// Stage of the consumers.
  let stage: Int

  static func all(graph: Graph, partitioning: Partitioning) -> [Junction] {
    /// What decides which boxes a consumer needs.
    struct Reading: Hashable {
      var split: Split
      var stage: Int
      /// Element-wise readers of one shape need equal boxes; any other layer stands for itself, and of those that join several
      /// operands each operand.
      var field: Field?
    }
    struct Field: Hashable {
      var consumer: Int
      var operand: Int
    }
    let lastStage = partitioning.stages.max() ?? 0
    var junctions = (Graph.networkInput..<graph.nodes.count).flatMap { producer -> [Junction] in
      var groups: [(reading: Reading, operands: [(Int, Int)])] = []
      func add(_ consumer: Int, _ operand: Int, _ reading: Reading) {
        if let group = groups.firstIndex(where: { $0.reading == reading }) {
          groups[group].operands.append((consumer, operand))
        } else {
          groups.append((reading, [(consumer, operand)]))
        }
      }
      for node in graph.nodes {
        for (operand, input) in node.inputs.enumerated() where input == producer {
          let samePlace = node.kind.isElementwise || node.kind.isBatchNorm
          add(
            node.index, operand,
            Reading(
              split: partitioning.splits[node.index], stage: partitioning.stages[node.index],
              field: samePlace ? nil : Field(consumer: node.index, operand: operand)))
        }
      }
      if producer == graph.nodes.count - 1 {
        add(graph.nodes.count, 0, Reading(split: partitioning.lossSplit, stage: lastStage, field: nil))
      }
      return groups.map { Junction(producer: producer, operands: $0.operands, stage: $0.reading.stage) }
    }
    for number in junctions.indices { junctions[number].number = number }
    return junctions
  }
}
