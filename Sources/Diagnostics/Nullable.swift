/// A coded value that is written as `null` where it is unknown, never left out: who reads a report can tell a quantity
/// that was not measured from one that a version does not know.
@propertyWrapper
public struct Nullable<Value: Codable & Hashable & Sendable>: Codable, Hashable, Sendable {
  public var wrappedValue: Value?

  public init(wrappedValue: Value?) { self.wrappedValue = wrappedValue }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    wrappedValue = container.decodeNil() ? nil : try container.decode(Value.self)
  }

  /// JSON has no infinities; a number that is none is unknown.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if let number = wrappedValue as? Double, !number.isFinite {
      try container.encodeNil()
    } else if let wrappedValue {
      try container.encode(wrappedValue)
    } else {
      try container.encodeNil()
    }
  }
}

extension KeyedDecodingContainer {
  /// A key that an older report does not have reads as unknown.
  public func decode<Value>(_: Nullable<Value>.Type, forKey key: Key) throws -> Nullable<Value> {
    try decodeIfPresent(Nullable<Value>.self, forKey: key) ?? Nullable(wrappedValue: nil)
  }
}
