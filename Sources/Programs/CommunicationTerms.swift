/// One line of a program's communication: all collectives of one kind, purpose, algorithm and number of devices, or all
/// single messages of one purpose, with the closed form beside what the program's messages add up to.
public struct CommunicationTerm: Hashable, Sendable {
  public var purpose: Purpose
  /// Nil for messages that belong to no collective.
  public var kind: Collective.Kind?
  /// `ring` or `direct`, as the strategy text says; `point-to-point` without a collective.
  public var algorithm: String
  /// Devices that take part in one collective, `P`; nil where the form does not depend on it.
  public var devices: Int?
  /// How many collectives the line stands for, or how many single messages.
  public var count: Int
  /// Words of the arrays of all of them, `n`.
  public var words: Int
  /// The closed form in words, `2n(P-1)`; nil where there is none: then the boxes' volumes are the formula.
  public var formula: String?
  /// Words that all devices together send in a step by the formula.
  public var expectedWords: Int
  /// The same counted from the program's messages.
  public var countedWords: Int
  /// Messages of all devices in a step, counted.
  public var messages: Int
  /// The same by closed form; nil where a collective of the line has none.
  public var expectedMessages: Int?

  /// The form with its numbers, `2·4,330·3`; nil where it is none of `n`, `P`, `(P-1)` and numbers, or does not come to
  /// ``expectedWords``.
  public var numbers: String? {
    guard let formula, let devices else { return nil }
    var rest = formula[...]
    var factors: [Int] = []
    while let first = rest.first {
      if rest.hasPrefix("(P-1)") {
        factors.append(devices - 1)
        rest = rest.dropFirst(5)
      } else if first == "n" || first == "P" {
        factors.append(first == "n" ? words : devices)
        rest = rest.dropFirst()
      } else if first.isASCII, first.isNumber, let number = Int(rest.prefix { $0.isASCII && $0.isNumber }) {
        factors.append(number)
        rest = rest.drop { $0.isASCII && $0.isNumber }
      } else {
        return nil
      }
    }
    guard !factors.isEmpty, factors.reduce(1, *) == expectedWords else { return nil }
    return factors.map(Self.grouped).joined(separator: "·")
  }

  /// `2n(P-1) = 2·4,330·3 = 25,980 words`
  public var derivation: String {
    [formula, numbers, "\(Self.grouped(expectedWords)) words"].compactMap { $0 }.joined(separator: " = ")
  }

  /// `ring all-reduce`
  public var name: String { kind.map { "\(algorithm) \($0.words)" } ?? algorithm }

  /// `25,980`
  public static func grouped(_ number: Int) -> String {
    let digits = Array(String(number.magnitude))
    var text = number < 0 ? "-" : ""
    for (position, digit) in digits.enumerated() {
      if position > 0, (digits.count - position) % 3 == 0 { text += "," }
      text.append(digit)
    }
    return text
  }
}

extension Collective.Kind {
  /// For people: `all-reduce`.
  public var words: String {
    rawValue.map { $0.isUppercase ? "-" + $0.lowercased() : String($0) }.joined()
  }
}

extension Program {
  /// Everything that travels in a step, a line for each purpose and kind of collective: formula, words, messages. In the
  /// order in which purposes and collectives first appear.
  public var communicationTerms: [CommunicationTerm] {
    struct Key: Hashable {
      var purpose: Purpose
      var kind: Collective.Kind?
      var algorithm: String
      var devices: Int?
      var formula: String?
    }
    var terms: [Key: CommunicationTerm] = [:]
    var order: [Key] = []
    func add(_ key: Key, count: Int, words: Int, expected: Int, counted: Int, messages: Int) {
      if terms[key] == nil {
        order.append(key)
        terms[key] = CommunicationTerm(
          purpose: key.purpose, kind: key.kind, algorithm: key.algorithm, devices: key.devices, count: 0, words: 0,
          formula: key.formula, expectedWords: 0, countedWords: 0, messages: 0,
          expectedMessages: key.kind == nil ? nil : 0)
      }
      terms[key]!.count += count
      terms[key]!.words += words
      terms[key]!.expectedWords += expected
      terms[key]!.countedWords += counted
      terms[key]!.messages += messages
    }
    let keys = collectives.entries.map { collective in
      // Without a closed form the number of devices says nothing, and one line is enough for all.
      let isClosed = collective.kind != .exchange
      return Key(
        purpose: collective.purpose, kind: collective.kind, algorithm: collective.algorithm,
        devices: isClosed ? collective.devices.count : nil, formula: collective.formula)
    }
    for (collective, key) in zip(collectives.entries, keys) {
      add(key, count: 1, words: collective.words, expected: collective.expectedWords, counted: 0, messages: 0)
      terms[key]!.expectedMessages = terms[key]!.expectedMessages.flatMap { sum in
        collective.expectedMessages.map { sum + $0 }
      }
    }
    for message in messages.entries {
      if let collective = message.collective {
        add(keys[collective.position], count: 0, words: 0, expected: 0, counted: message.words, messages: 1)
      } else {
        add(
          Key(purpose: message.purpose, algorithm: "point-to-point"), count: 1, words: message.words,
          expected: message.words, counted: message.words, messages: 1)
      }
    }
    return order.compactMap { terms[$0] }
  }
}
