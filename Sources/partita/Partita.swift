import ArgumentParser
import Diagnostics
import Foundation

/// The program: without a command it opens the workbench.
@main struct Partita: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "partita",
    abstract: "Trains neural networks in parallel on this machine and shows how.",
    discussion: """
      A scene is a YAML file: a network, its data, the training settings, a machine and a strategy. SCENE is a path, or \
      the name of a scene that comes with the program (see 'partita presets').

      Exit codes: 0 fine, 1 the run failed, 2 scene, strategy or data are wrong, 3 a gate was not met (verify found a \
      difference, compare --fail-over), 4 no terminal for the workbench, 64 wrong usage, 130 interrupted, 143 terminated.
      """,
    version: "0.1.0",
    subcommands: [
      WorkbenchCommand.self, RunCommand.self, SimulateCommand.self, PlanCommand.self, VerifyCommand.self,
      SweepCommand.self, SearchCommand.self, CompareCommand.self, BenchCommand.self, PresetsCommand.self,
    ],
    defaultSubcommand: WorkbenchCommand.self)

  static func main() {
    Console.claimStreams()
    Signals.begin()
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch let problems as DiagnosticList {
      Console.error("\(problems)")
      Status.wrongInput.exit()
    } catch let failure as Failure {
      if let message = failure.message { Console.error(message) }
      failure.status.exit()
    } catch {
      end(with: error)
    }
  }

  /// Help, the version, and what the option parser refuses.
  private static func end(with error: any Error) -> Never {
    let status = exitCode(for: error)
    let message = fullMessage(for: error)
    guard status.isSuccess else {
      Console.error(message)
      Foundation.exit(status.rawValue)
    }
    do throws(Failure) { try Console.output(message + "\n") } catch {
      Console.error(error.message ?? "")
      error.status.exit()
    }
    Status.fine.exit()
  }
}
