import Networks
import Testing

@testable import Programs
@testable import Strategies

/// Formulas in symbols and numbers beside what the program's messages add up to.
@Suite struct CommunicationTermTests {
  private func terms(
    _ text: String, devices: Int, microbatches: Int? = nil, graph: Graph = SampleNetworks.perceptron
  ) throws -> (terms: [CommunicationTerm], program: Program) {
    let settings = TrainingSettings(
      batch: 12, length: .steps(1), optimizer: .sgd, rate: RateSchedule(rate: 0.1), seed: 1)
    let program = try Compiler(graph: graph, training: settings, devices: devices, microbatches: microbatches)
      .compile(Strategy(parsing: text))
    return (program.communicationTerms, program)
  }

  @Test func aRingIsDerived() throws {
    let (terms, program) = try terms("data(exchange=ring)", devices: 4)
    let words = program.graph.parameterCount
    let ring = try #require(terms.first { $0.purpose == .gradients })
    #expect(terms.count == 1)
    #expect(ring.name == "ring all-reduce")
    #expect(ring.derivation == "2n(P-1) = 2·\(words)·3 = \(CommunicationTerm.grouped(6 * words)) words")
    #expect(ring.messages == 4 * 6 && ring.expectedMessages == 4 * 6)
    #expect(ring.countedWords == ring.expectedWords)
  }

  /// One line for all layers and microbatches, however many there are.
  @Test func collectivesOfOneKindShareALine() throws {
    let (terms, program) = try terms("model(split=k)", devices: 3, microbatches: 4)
    #expect(terms.count == 2)
    let gather = try #require(terms.first { $0.kind == .allGather })
    #expect(gather.count == 3 * 4)
    #expect(gather.words == (13 + 9 + 5) * 12)
    #expect(gather.derivation == "n(P-1) = \(27 * 12)·2 = \(2 * 27 * 12) words")
    #expect(program.collectives.count > 2 * terms.count)
  }

  @Test(
    arguments: [
      ("serial", 1), ("data(exchange=direct)", 3), ("model(split=k)", 3), ("model(split=c)", 2), ("model(split=h)", 2),
      ("pipeline", 3),
    ])
  func linesAddUpToTheProgram(text: String, devices: Int) throws {
    let (terms, program) = try terms(text, devices: devices, graph: OwnershipTests.images)
    #expect(4 * terms.reduce(0) { $0 + $1.countedWords } == program.bytesPerStep)
    #expect(4 * terms.reduce(0) { $0 + $1.expectedWords } == program.expectedBytesPerStep)
    #expect(terms.reduce(0) { $0 + $1.messages } == program.messages.count)
    for term in terms where term.numbers == nil { #expect(term.derivation.contains("words")) }
  }

  @Test func onlyKnownFormsAreFilledIn() {
    var term = CommunicationTerm(
      purpose: .gradients, kind: .allReduce, algorithm: "tree", devices: 4, count: 1, words: 10, formula: "n log P",
      expectedWords: 20, countedWords: 20, messages: 3)
    #expect(term.numbers == nil)
    #expect(term.derivation == "n log P = 20 words")
    term.formula = "nP(P-1)"
    #expect(term.numbers == nil)
    term.expectedWords = 120
    #expect(term.numbers == "10·4·3")
    #expect(CommunicationTerm.grouped(1_234_567) == "1,234,567")
    #expect(CommunicationTerm.grouped(999) == "999")
  }
}
