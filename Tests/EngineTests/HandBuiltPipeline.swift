import Networks
import Programs

extension HandBuilt {
  /// Two stages: `linear1, relu1` on device 0 and `linear2`, loss on device 1. Device 0 does all forward passes, then
  /// all backward passes; device 1 does one after the other. Messages have a lane of their own.
  static func pipeline(microbatches: Int, capacity: Int) -> Program {
    var devices = [DeviceBuilder(0), DeviceBuilder(1)]
    devices[0].addModel(nodes: [0], saves: true)
    devices[1].addModel(nodes: [2], saves: true)
    var messages = Table<Message>()
    var channels = Table<Channel>()
    let there = channels.append(Channel(from: 0, to: 1, capacity: capacity))
    let back = channels.append(Channel(from: 1, to: 0, capacity: capacity))
    let n = batch / microbatches
    var held: [(input: Index<Buffer>, hidden: Index<Buffer>)] = []
    var answers: [Index<Message>] = []
    for microbatch in 0..<microbatches {
      let samples = microbatch * n..<(microbatch + 1) * n
      let input = devices[0].addBuffer("input mb\(microbatch)", .activations, n * 2)
      let sum = devices[0].addBuffer("linear1 mb\(microbatch)", .activations, n * 8)
      let hidden = devices[0].addBuffer("relu1 mb\(microbatch)", .activations, n * 8)
      let out = devices[0].addBuffer("relu1.out mb\(microbatch)", .buffers, n * 8)
      devices[0].load(input: input, targets: nil, samples: samples, microbatch: microbatch)
      for (node, from, to) in [(0, input, sum), (1, sum, hidden)] {
        let operation = devices[0].operation(
          node, samples: samples, microbatch: microbatch, input: from, output: to, outputGradient: nil,
          inputGradient: nil)
        devices[0].append(.forward(operation))
      }
      devices[0].append(.free(sum))
      devices[0].copy(
        Region(buffer: hidden, words: 0..<n * 8), to: Region(buffer: out, words: 0..<n * 8), count: n * 8, defines: true
      )
      held.append((input, hidden))

      let arrived = devices[1].addBuffer("relu1 mb\(microbatch)", .activations, n * 8)
      let activation = messages.append(
        Message(
          channel: there, from: 0, to: 1, words: n * 8, purpose: .activations, sendBuffer: out, receiveBuffer: arrived,
          node: 1, microbatch: microbatch))
      devices[0].append(.send(activation), .communication)
      devices[1].append(.receive(activation), .communication)
      let dHidden = lastStage(&devices[1], hidden: arrived, samples: samples, microbatch: microbatch)
      let dArrived = devices[0].addBuffer("relu1 gradient mb\(microbatch)", .activations, n * 8)
      let answer = messages.append(
        Message(
          channel: back, from: 1, to: 0, words: n * 8, purpose: .activationGradients, sendBuffer: dHidden,
          receiveBuffer: dArrived, node: 1, microbatch: microbatch))
      devices[1].append(.send(answer), .communication)
      answers.append(answer)
    }
    for microbatch in 0..<microbatches {
      let samples = microbatch * n..<(microbatch + 1) * n
      let answer = answers[microbatch]
      devices[0].append(.receive(answer), .communication)
      firstStageBackward(
        &devices[0], held[microbatch], gradient: messages[answer].receiveBuffer, samples: samples,
        microbatch: microbatch)
    }
    for rank in 0..<2 { devices[rank].addUpdate() }
    var result = program("pipeline", devices: devices)
    result.channels = channels
    result.messages = messages
    return result
  }

  /// Forward, loss and backward of `linear2`; returns the gradient to be sent back.
  private static func lastStage(
    _ device: inout DeviceBuilder, hidden: Index<Buffer>, samples: Range<Int>, microbatch: Int
  ) -> Index<Buffer> {
    let n = samples.count
    let names = DeviceBuilder.Activations(
      input: hidden, targets: device.addBuffer("targets mb\(microbatch)", .activations, n), hidden: hidden,
      logits: device.addBuffer("linear2 mb\(microbatch)", .activations, n * 3))
    device.load(input: nil, targets: names.targets, samples: samples, microbatch: microbatch)
    let forward = device.operation(
      2, samples: samples, microbatch: microbatch, input: hidden, output: names.logits, outputGradient: nil,
      inputGradient: nil)
    device.append(.forward(forward))
    let slope = device.addLoss(names, samples: samples, microbatch: microbatch, hasGradient: true)
    let dHidden = device.addBuffer("relu1 gradient mb\(microbatch)", .buffers, n * 8)
    let backward = device.operation(
      2, samples: samples, microbatch: microbatch, input: hidden, output: names.logits, outputGradient: slope,
      inputGradient: dHidden)
    device.append(.backward(backward))
    device.frees([hidden, names.targets, names.logits] + (slope.map { [$0] } ?? []))
    device.hasContributed = true
    return dHidden
  }

  private static func firstStageBackward(
    _ device: inout DeviceBuilder, _ held: (input: Index<Buffer>, hidden: Index<Buffer>), gradient: Index<Buffer>,
    samples: Range<Int>, microbatch: Int
  ) {
    let dSum = device.addBuffer("linear1 gradient mb\(microbatch)", .activations, samples.count * 8)
    for (node, output, slope, inputSlope) in [
      (1, held.hidden, gradient, Optional(dSum)), (0, held.hidden, dSum, nil),
    ] {
      let operation = device.operation(
        node, samples: samples, microbatch: microbatch, input: held.input, output: output, outputGradient: slope,
        inputGradient: inputSlope)
      device.append(.backward(operation))
    }
    device.frees([held.input, held.hidden, gradient, dSum])
    device.hasContributed = true
  }

  /// Two devices that each wait for the other's message before they send their own.
  static func deadlock() -> Program {
    var devices = [DeviceBuilder(0), DeviceBuilder(1)]
    var messages = Table<Message>()
    var channels = Table<Channel>()
    let out = (0..<2).map { devices[$0].addBuffer("out", .buffers, 4) }
    let into = (0..<2).map { devices[$0].addBuffer("in", .buffers, 4) }
    let lines = (0..<2).map { channels.append(Channel(from: $0, to: 1 - $0, capacity: 1)) }
    let all = (0..<2).map { rank in
      messages.append(
        Message(
          channel: lines[rank], from: rank, to: 1 - rank, words: 4, purpose: .other, sendBuffer: out[rank],
          receiveBuffer: into[1 - rank]))
    }
    for rank in 0..<2 {
      devices[rank].append(.zero(out[rank]))
      devices[rank].append(.receive(all[1 - rank]), .communication)
      devices[rank].append(.send(all[rank]), .communication)
      devices[rank].append(.free(into[rank]), .communication)
      devices[rank].append(.endOfStep)
    }
    var result = program("deadlock", devices: devices)
    result.channels = channels
    result.messages = messages
    return result
  }
}
