import Engine
import Machines
import Simulator

extension Pacing {
  /// The virtual clock: devices take turns on one thread, every instruction is executed and timed alone, and devices and
  /// links advance by those durations in the simulator's event loop.
  ///
  /// - Parameters:
  ///   - machine: What lies between devices, and how fast each works; the run's program decides how many there are.
  ///   - wakeNanoseconds: What a device that waits takes to go on, as measured on this machine; nil where that was never
  ///     measured, which charges nothing.
  public static func virtual(on machine: Machine, wakeNanoseconds: Double? = nil) -> Pacing {
    let spin = Waiting.spinNanoseconds(devices: machine.devices, cores: nil)
    let waking =
      if let wakeNanoseconds {
        "a device that waits for more than \(spin / 1000) us goes on \((wakeNanoseconds / 100).rounded() / 10) us after it "
          + "could, the measured time of a thread to wake up; after shorter waits it goes on at once"
      } else {
        "a device that waits goes on at once: what a thread takes to wake up is not measured (partita bench)"
      }
    return Pacing(
      clock: .virtual,
      assumptions: [
        "virtual clock: every instruction was executed alone and took its processor time; devices and links advance by "
          + "these durations, evaluations take none",
        "handing a message over in shared memory takes what its send and receive took; its words are not copied",
        waking,
        "devices share no caches, no memory bandwidth and no cores",
      ]
    ) { devices in
      var machine = machine
      machine.devices = devices.program.devices.count
      return VirtualDriver(
        devices,
        on: MachineModel(
          machine, waking: Waking(wakeNanoseconds: wakeNanoseconds ?? 0, spinNanoseconds: spin)))
    }
  }

  /// The same on equal devices, each pair with a link of its own.
  public static func virtual(link: Link, wakeNanoseconds: Double? = nil) -> Pacing {
    virtual(on: Machine(devices: 1, link: link), wakeNanoseconds: wakeNanoseconds)
  }
}
