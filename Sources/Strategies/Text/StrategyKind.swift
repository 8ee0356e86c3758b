import Diagnostics
import Machines

/// One kind of strategy with its options: what menus, help texts and the parser share.
public struct StrategyKind: Hashable, Sendable {
  /// An option of the text form.
  public struct Option: Hashable, Sendable {
    public enum Values: Hashable, Sendable {
      /// One of these words; the first is the default.
      case words([String])
      /// One of these words; left out means what `automatic` says.
      case choice([String], automatic: String)
      /// One of some whole numbers; left out means what `automatic` says.
      case count(WholeNumbers = Machine.deviceCounts, automatic: String)
      /// Names with `/` between them; left out means what `automatic` says.
      case names(automatic: String)
      /// Some whole numbers with `/` between them; left out means what `automatic` says.
      case counts(WholeNumbers = Machine.deviceCounts, automatic: String)
      /// A number of bytes (``ByteSize``); left out means what `automatic` says.
      case size(automatic: String)
    }
    public var name: String
    public var values: Values
    /// One line for help.
    public var about: String
  }

  public var name: String
  /// One line for help.
  public var about: String
  public var options: [Option]

  /// Every kind, in the order of menus.
  public static let all: [StrategyKind] =
    [StrategyKind(name: "serial", about: "one device does everything: the reference", options: [])]
    + Strategy.configurations.map { $0.kind }
}

/// A strategy with options: declares them for menus, reads them and prints them.
public protocol StrategyConfiguration: Hashable, Sendable, CustomStringConvertible {
  static var kind: StrategyKind { get }
  /// - Parameter values: What the text gives, each allowed by ``kind``.
  init(_ values: StrategyOptions)
  /// The strategy as a value of the enumeration.
  var strategy: Strategy { get }
  /// The options as they are printed, in the order of ``kind``; nil leaves one out.
  var options: [String?] { get }
}

extension StrategyConfiguration {
  /// The strategy text: the kind's name and the options that are not left out.
  public var description: String {
    let list = zip(Self.kind.options, options).compactMap { option, value in value.map { "\(option.name)=\($0)" } }
    return list.isEmpty ? Self.kind.name : "\(Self.kind.name)(\(list.joined(separator: ", ")))"
  }
}

/// The options that a strategy text gives, by name.
public struct StrategyOptions: Sendable {
  private let values: [String: String]

  init(_ values: [String: String]) { self.values = values }

  /// The value of an option of words; nil where the text leaves it out.
  func word<Value: RawRepresentable<String>>(_ name: String, as type: Value.Type = Value.self) -> Value? {
    values[name].flatMap(Value.init)
  }

  /// The value of an option that is a count; nil where the text leaves it out.
  func count(_ name: String) -> Int? { values[name].flatMap { Int($0) } }

  /// The names of an option that is a list of them; empty where the text leaves it out.
  func names(_ name: String) -> [String] { values[name]?.split(separator: "/").map(String.init) ?? [] }

  /// The numbers of an option that is a list of them; empty where the text leaves it out.
  func counts(_ name: String) -> [Int] { names(name).compactMap { Int($0) } }
  /// The value of an option that is a size; nil where the text leaves it out.
  func size(_ name: String) -> ByteSize? { values[name].flatMap { ByteSize(parsing: $0) } }
}

extension CaseIterable where Self: RawRepresentable<String>, AllCases: Collection {
  /// The values as an option's words, in the order of declaration.
  static var words: StrategyKind.Option.Values { .words(allCases.map(\.rawValue)) }
}
