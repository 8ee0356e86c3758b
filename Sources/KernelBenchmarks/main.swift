import Foundation
import Networks

// usage: partita-kernel-bench [NET…] [--batch N] [--steps N] [--layers]
// Trains each network with momentum on one thread and prints samples per second, the median of five windows;
// with --layers also where the time goes.

var names: [String] = []
var batch = 128
var steps = 10
var showsLayers = false
var arguments = CommandLine.arguments.dropFirst()
while let argument = arguments.popFirst() {
  switch argument {
  case "--batch": batch = arguments.popFirst().flatMap { Int($0) } ?? batch
  case "--steps": steps = arguments.popFirst().flatMap { Int($0) } ?? steps
  case "--layers": showsLayers = true
  default: names.append(argument)
  }
}

func milliseconds(_ duration: Duration) -> Double { duration / .milliseconds(1) }

for name in names.isEmpty ? BenchmarkNetworks.names : names {
  guard let network = BenchmarkNetworks.network(name) else {
    print("error: no network '\(name)'\n  hint: known are \(BenchmarkNetworks.names.joined(separator: ", "))")
    exit(1)
  }
  let training = SerialTraining(try Graph(network), samples: batch)
  let clock = ContinuousClock()
  var done = 0
  func run(_ count: Int) {
    for _ in 0..<count {
      training.quietStep(done)
      done += 1
    }
  }
  run(3)
  let windows = (0..<5).map { _ in
    Double(batch * steps) / (milliseconds(clock.measure { run(steps) }) / 1000)
  }.sorted()
  print(
    "partita \(name) batch=\(batch) samples/s=\(Int(windows[2])) (min \(Int(windows[0])) max \(Int(windows[4]))),",
    "loss \(training.quietStep(done)) after \(done) steps, workspace and all",
    "\(training.memory.peakBytes.total / 1024) KiB")
  guard showsLayers else { continue }
  var times: [String: Duration] = [:]
  var order: [String] = []
  for _ in 0..<steps {
    var last = clock.now
    training.step(done) { part in
      let now = clock.now
      if times[part] == nil { order.append(part) }
      times[part, default: .zero] += now - last
      last = clock.now
    }
    done += 1
  }
  for part in order {
    print(String(format: "  %8.3f ms  %@", milliseconds(times[part]!) / Double(steps), part as NSString))
  }
}
