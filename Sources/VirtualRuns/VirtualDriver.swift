import Diagnostics
import Engine
import Programs
import Simulator

/// Drives a run's devices in virtual time: the simulator's event loop, with "execute it and measure" as its source of costs.
final class VirtualDriver: RunDriver {
  /// Executes what the loop asks for.
  private struct Execution: CostSource {
    let devices: SteppedDevices
    var assumptions: [String] { [] }

    mutating func picoseconds(device: Int, position: Int, step: Int) -> Int64 {
      devices.execute(device: device, position: position, step: step) * SimulatedTime.perNanosecond
    }
  }

  private let devices: SteppedDevices
  private var simulation: PacedSimulation<Execution>

  /// Instructions between two looks at what the user wants, and two deliveries of the trace.
  private static let stretch = 32

  init(_ devices: SteppedDevices, link: LinkModel) {
    self.devices = devices
    simulation = Simulation(devices.program).paced(asking: Execution(devices: devices), link: link)
  }

  func now() -> Int64 { simulation.now }

  func run(from position: Int, to target: Int, interrupts: () -> Bool) -> Int? {
    var bound = target
    simulation.release(upTo: target)
    var goesOn = true
    while goesOn {
      do throws(DiagnosticList) {
        goesOn = try simulation.advance(instructions: Self.stretch)
      } catch {
        devices.fail(error.all[0])
      }
      devices.take(simulation.takeRecords())
      if devices.isClosed { return nil }
      if bound == target, goesOn, interrupts() { bound = simulation.hold() }
    }
    return bound
  }

  func finish() {}
}
