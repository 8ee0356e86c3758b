import Programs
import Traces

/// Numbers from a seed (Steele et al. 2014, SplitMix64), so that a failing case can be had again.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// A run of a program with random durations: devices take their instructions in order, channels hold back, links delay.
func randomTrace(_ program: Program, steps: Int, seed: UInt64, longest: Int64 = 30) -> TraceBatch {
  var random = SeededGenerator(seed: seed)
  func duration() -> Int64 { Int64.random(in: 0...longest, using: &random) }
  let count = program.devices.count
  var records = Array(repeating: [TraceRecord](), count: count)
  var now = (0..<count).map { _ in duration() }
  var next = Array(repeating: 0, count: count)
  /// Per message in order of steps: ready, start, arrival; and per channel when each message was taken out.
  var sent = Array(repeating: [(ready: Int64, start: Int64, arrival: Int64)](), count: program.messages.count)
  var received = Array(repeating: 0, count: program.messages.count)
  var taken = Array(repeating: [Int64](), count: program.channels.count)
  var put = Array(repeating: 0, count: program.channels.count)
  var moved = true
  while moved {
    moved = false
    for device in 0..<count {
      let list = program.devices[device].instructions
      while next[device] < steps * list.count {
        let place = next[device] % list.count
        let begin = now[device]
        var record = TraceRecord(
          step: Int32(next[device] / list.count), instruction: Int32(place), begin: begin, end: 0)
        var isBlocked = false
        switch list[place] {
        case .send(let index):
          let channel = program.messages[index].channel.position
          let room = put[channel] - program.channels.entries[channel].capacity
          guard room < taken[channel].count else {
            isBlocked = true
            break
          }
          record.transferStart = max(begin, room >= 0 ? taken[channel][room] : 0)
          record.end = record.transferStart + duration() / 4
          sent[index.position].append((begin, record.transferStart, record.transferStart + duration()))
          put[channel] += 1
        case .receive(let index):
          guard received[index.position] < sent[index.position].count else {
            isBlocked = true
            break
          }
          let message = sent[index.position][received[index.position]]
          received[index.position] += 1
          (record.senderReady, record.transferStart, record.arrival) = (message.ready, message.start, message.arrival)
          record.end = max(begin, message.arrival) + duration() / 4
          taken[program.messages[index].channel.position].append(record.end)
        default: record.end = begin + duration()
        }
        if isBlocked { break }
        records[device].append(record)
        now[device] = record.end + (duration() > longest / 2 ? duration() / 8 : 0)
        next[device] += 1
        moved = true
      }
    }
  }
  return TraceBatch(records: records, dropped: Array(repeating: 0, count: count))
}
