import Programs

extension Schedule {
  /// The same actions without exchanges in one order that one device can follow: those of every device, each once.
  var onOneDevice: Schedule {
    guard let timing = ScheduleTiming(self, forward: 1, backward: 1) else { return self }
    // An update takes no time, so it comes before what begins when it ends.
    let slots = timing.slots.joined().enumerated().sorted {
      ($0.element.start, $0.element.end, $0.offset) < ($1.element.start, $1.element.end, $1.offset)
    }
    var seen: Set<Action> = []
    return Schedule(devices: [
      slots.map(\.element.action).filter { $0.kind != .exchange && seen.insert($0).inserted }
    ])
  }
}

extension Program {
  /// The order in which one device trains what a program with several updates of a step trains. With the versions of the weights
  /// given, microbatches can follow each other, unless backward and forward of one use different versions.
  var referenceSchedule: Schedule {
    versions?.areConsistent ?? false ? schedule.microbatchByMicrobatch : schedule.onOneDevice
  }

  /// The stage of each node of the graph, as the schedule's forward actions say.
  var stages: [Int] {
    var stages = graph.nodes.map { _ in 0 }
    for device in devices {
      let actions = schedule.devices[device.device]
      for (position, instruction) in device.instructions.enumerated() {
        if case .forward(let index) = instruction {
          stages[device.operations[index].node] = actions[device.actions[position]].stage
        }
      }
    }
    return stages
  }
}
