import ArgumentParser
import Engine
import Foundation
import Machines
import Scenes
import Traces
import VirtualRuns

/// What `--clock` takes.
enum ClockChoice: String, ExpressibleByArgument, CaseIterable {
  case wall
  case virtual

  var clock: Clock {
    switch self {
    case .wall: .wall
    case .virtual: .virtual
    }
  }
}

extension SceneOptions {
  /// Whose time a run of a scene is told in: as chosen, else what suits its devices and this machine's cores.
  func pacing(of scene: Scene) -> Pacing {
    let cores = ProcessInfo.processInfo.activeProcessorCount
    return Pacing(
      clock?.clock ?? .standard(devices: scene.machine.devices, cores: cores), on: scene.machine)
  }
}

extension Pacing {
  /// A training run's clock: virtual time with the wake-up time measured on this machine, or the wall's.
  init(_ clock: Clock, on machine: Machine) {
    self =
      clock == .virtual
      ? .virtual(on: machine, wakeNanoseconds: CalibrationStore.measured?.chargedWakeNanoseconds) : .wall
  }
}
