import Diagnostics

extension Safetensors {
  /// The bytes of a file. Tensors are sorted by name and the header is padded with spaces to a multiple of 8 bytes, so
  /// equal checkpoints have equal bytes.
  ///
  /// - Throws: names used twice or taken by the format, and shapes that do not have as many words as there are values.
  public static func encode(_ checkpoint: Checkpoint) throws(DiagnosticList) -> [UInt8] {
    let tensors = checkpoint.tensors.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    var problems: [Diagnostic] = []
    var names: Set<String> = []
    for tensor in tensors {
      if !names.insert(tensor.name).inserted {
        problems.append(Diagnostic("two tensors are called '\(tensor.name)'"))
      }
      if tensor.name == metadataKey {
        problems.append(Diagnostic("a tensor cannot be called '\(metadataKey)'", hint: "the format uses that name"))
      }
      if wordCount(tensor.shape) != tensor.values.count {
        problems.append(
          Diagnostic("tensor '\(tensor.name)' of shape \(tensor.shape) has \(tensor.values.count) values"))
      }
    }
    guard problems.isEmpty else { throw DiagnosticList(problems) }

    var entries: [String] = []
    if !checkpoint.metadata.isEmpty {
      let pairs = checkpoint.metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      let body = pairs.map { "\(quoted($0.key)):\(quoted($0.value))" }.joined(separator: ",")
      entries.append("\(quoted(metadataKey)):{\(body)}")
    }
    var offset = 0
    for tensor in tensors {
      let end = offset + 4 * tensor.values.count
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      entries.append(
        "\(quoted(tensor.name)):{\"dtype\":\"F32\",\"shape\":[\(shape)],\"data_offsets\":[\(offset),\(end)]}")
      offset = end
    }
    var header = Array("{\(entries.joined(separator: ","))}".utf8)
    while !header.count.isMultiple(of: 8) { header.append(UInt8(ascii: " ")) }

    var bytes: [UInt8] = []
    bytes.reserveCapacity(8 + header.count + offset)
    for shift in stride(from: 0, to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: header.count >> shift)) }
    bytes += header
    for tensor in tensors {
      for value in tensor.values {
        let bits = value.bitPattern
        bytes.append(UInt8(truncatingIfNeeded: bits))
        bytes.append(UInt8(truncatingIfNeeded: bits >> 8))
        bytes.append(UInt8(truncatingIfNeeded: bits >> 16))
        bytes.append(UInt8(truncatingIfNeeded: bits >> 24))
      }
    }
    return bytes
  }

  /// The product of the extents; nil for a negative extent or more words than can be addressed.
  static func wordCount(_ shape: [Int]) -> Int? {
    var count = 1
    for extent in shape {
      let product = count.multipliedReportingOverflow(by: extent)
      guard extent >= 0, !product.overflow else { return nil }
      count = product.partialValue
    }
    return count.multipliedReportingOverflow(by: 4).overflow ? nil : count
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
