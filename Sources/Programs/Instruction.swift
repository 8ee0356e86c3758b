/// One trivial step of a device's program. Large things stand in the side tables of ``DeviceProgram``; an instruction is
/// at most 16 bytes. Each case gives its effect as pseudo-code and the rule by which it is paired.
///
/// A buffer is *defined* by the first instruction that writes it whole and *freed* once; between the two it has one owner.
/// Persistent buffers (parameters, gradients, optimizer state) are always defined.
public enum Instruction: Hashable, Sendable {
  /// `define inputs, targets; inputs = samples of this step; targets = their labels`. Unpaired.
  case load(Index<Load>)
  /// `define output, saved; output = layer(inputs)`. Paired with `backward` of the same operation in a training program.
  case forward(Index<Operation>)
  /// `define gradient; gradient = dLoss/doutput; record loss sum and hits`. Once per microbatch and loss part.
  case loss(Index<LossOperation>)
  /// `define inputGradients; inputGradients = Jᵀ gradient; parameterGradients (+)= …`. After `forward` of the same operation.
  case backward(Index<Operation>)
  /// The first half of `backward`: input gradients only.
  case backwardInput(Index<Operation>)
  /// The second half of `backward`: parameter gradients only; after `backwardInput`.
  case backwardWeight(Index<Operation>)
  /// `define moments[own]; moments[own] = mean, M2 of inputs per group and channel`. Before the `forward` of the same operation,
  /// which merges every member's moments; the others arrive by messages of one collective.
  case statistics(Index<Operation>)
  /// `define gradientSums[own]; gradientSums[own] = Σdy, Σdy·x̂ per group and channel`. Before the `backward`, or its halves, of
  /// the same operation; backwardWeight reads the own ones alone.
  case gradientSums(Index<Operation>)
  /// `for group in order: states += momentum · (mean, variance of all moments - states)`. Once per microbatch on the device
  /// whose running statistics are saved, where other devices have groups of the microbatch; after their moments arrived.
  case runningStatistics(Index<RunningUpdate>)
  /// `(define destination;) destination[region] = source[region]`. Unpaired.
  case copy(Index<Copy>)
  /// `destination[region] += source[region]`. Unpaired.
  case accumulate(Index<Copy>)
  /// `define buffer; buffer = 0`. Unpaired.
  case zero(Index<Buffer>)
  /// `channel ← message; buffer becomes undefined here`: sending moves it. Paired with the `receive` of the same message.
  case send(Index<Message>)
  /// `define buffer; buffer ← channel`. Paired with the `send` of the same message; a channel keeps order.
  case receive(Index<Message>)
  /// `parameter = source - optimizer(gradient, state)`, in place where there is no other source. After every contribution to
  /// the gradient.
  case update(Index<Update>)
  /// `buffer becomes undefined`. Once per definition that is not sent.
  case free(Index<Buffer>)
  /// The step is over on this device, in all lanes. Last, once.
  case endOfStep
}

/// What an instruction occupies. Within a lane the order is fixed; across lanes only the buffers order (``LaneDependencies``).
///
/// A device takes the head of the first lane that is ready, in the order of lanes: communication, exchanges by their number,
/// compute.
public struct Lane: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// The place in a device's order.
  private let rank: UInt16

  /// Messages that layers wait for; where steps end together, all of them.
  public static let communication = Lane(rank: 1)
  public static let compute = Lane(rank: .max)
  /// The end of the step alone, where lanes may be in different steps (``DeviceProgram/runsAcross``).
  public static let border = Lane(rank: 0)

  /// Gradients of one bucket and what follows from them; the smaller number goes first.
  ///
  /// - Precondition: 0 ≤ `number` < 65,533
  public static func exchange(_ number: Int) -> Lane { Lane(rank: UInt16(number + 2)) }

  /// The number of a lane for an exchange; nil of other lanes.
  public var exchangeNumber: Int? { self == .compute || self <= .communication ? nil : Int(rank) - 2 }

  public static func < (a: Lane, b: Lane) -> Bool { a.rank < b.rank }

  public var description: String {
    switch self {
    case .compute: "compute"
    case .communication: "communication"
    case .border: "border"
    default: "exchange \(rank - 2)"
    }
  }
}
