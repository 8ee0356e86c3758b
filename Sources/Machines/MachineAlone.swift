extension Machine {
  /// The fastest of the devices by itself, with nothing that disturbs it: where serial training runs that others are compared
  /// with.
  public var alone: Machine {
    var machine = Machine(devices: 1)
    if !rates.isEmpty { machine.rates = [(0..<max(devices, 1)).map { rate(of: $0) }.max() ?? 1] }
    return machine
  }
}
