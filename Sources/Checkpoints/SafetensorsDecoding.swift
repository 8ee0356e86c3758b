import Diagnostics

extension Safetensors {
  /// What the bytes of a file say.
  ///
  /// - Parameter file: the name for diagnostics.
  /// - Throws: a short file, a header that is too long or no JSON of the format's form, a type other than F32, offsets
  ///   that disagree with the shape, overlap, leave holes or lie outside the file. Several bad tensors are all named.
  public static func decode(_ bytes: [UInt8], file: String? = nil) throws(DiagnosticList) -> Checkpoint {
    let subject = file.map { "'\($0)'" } ?? "the checkpoint"
    let length = try headerLength(bytes.prefix(8), of: subject)
    let dataStart = min(8 + length, bytes.count)
    return try TensorTable(header: bytes[8..<dataStart], length: length, of: subject).checkpoint(bytes[dataStart...])
  }

  /// Bytes of the header, by the first eight of a file.
  static func headerLength(_ start: some Collection<UInt8>, of subject: String) throws(DiagnosticList) -> Int {
    guard start.count == 8 else {
      throw DiagnosticList(
        "\(subject) has \(start.count) bytes, but a safetensors file begins with 8 bytes of header length")
    }
    let length = start.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(longestHeader) else {
      throw DiagnosticList(
        "\(subject) announces a header of \(length) bytes; at most \(longestHeader) are allowed",
        hint: "this is probably no safetensors file")
    }
    return Int(length)
  }
}

/// The header's entries while they are checked.
struct TensorTable {
  private struct Entry {
    let name: String
    let shape: [Int]
    let range: Range<Int>
  }

  /// Of the numbers behind the header, as far as it promises them.
  private(set) var dataBytes = 0
  private let subject: String
  private var entries: [Entry] = []
  private var metadata: [String: String] = [:]
  private var problems: [Diagnostic] = []

  /// - Parameters:
  ///   - header: what the file has of its header.
  ///   - length: bytes that the header should have.
  /// - Throws: what is wrong with the header; several bad tensors are all named.
  init(header: ArraySlice<UInt8>, length: Int, of subject: String) throws(DiagnosticList) {
    self.subject = subject
    guard header.count == length else {
      throw DiagnosticList(
        "\(subject) announces a header of \(length) bytes, but only \(header.count) follow",
        hint: "the file is truncated")
    }
    let value: JSONValue
    do throws(JSONFailure) {
      value = try JSONReader.read(header)
    } catch {
      throw DiagnosticList("the header of \(subject) is no JSON: \(error.message) at byte \(error.offset)")
    }
    guard case .object(let members) = value else {
      throw DiagnosticList("the header of \(subject) is \(value.kind), expected an object")
    }
    for (name, value) in members { add(name, value) }
    guard problems.isEmpty else { throw DiagnosticList(problems) }
    dataBytes = entries.map(\.range.upperBound).max() ?? 0
  }

  private mutating func add(_ name: String, _ value: JSONValue) {
    guard case .object(let members) = value else {
      return complain(name, "is \(value.kind), expected an object")
    }
    if name == Safetensors.metadataKey { return addMetadata(members) }
    var fields: [String: JSONValue] = [:]
    for (key, field) in members { fields[key] = field }
    let unknown = members.map(\.0).filter { !["dtype", "shape", "data_offsets"].contains($0) }
    if let first = unknown.first { return complain(name, "has an unknown key '\(first)'") }
    guard case .string(let type)? = fields["dtype"] else { return complain(name, "has no dtype") }
    guard type == "F32" else {
      return complain(name, "has dtype \(type), but only F32 can be read", hint: "convert it to float32 before saving")
    }
    guard let shape = fields["shape"]?.integers, let words = Safetensors.wordCount(shape) else {
      return complain(name, "has no valid shape", hint: "expected a list of whole numbers from 0")
    }
    guard let offsets = fields["data_offsets"]?.integers, offsets.count == 2, 0 <= offsets[0], offsets[0] <= offsets[1]
    else { return complain(name, "has no valid data_offsets", hint: "expected [begin, end] with 0 <= begin <= end") }
    guard offsets[1] - offsets[0] == 4 * words else {
      return complain(
        name, "of shape \(shape) takes \(4 * words) bytes, but its data_offsets hold \(offsets[1] - offsets[0])")
    }
    entries.append(Entry(name: name, shape: shape, range: offsets[0]..<offsets[1]))
  }

  private mutating func addMetadata(_ members: [(String, JSONValue)]) {
    for (key, value) in members {
      guard case .string(let text) = value else {
        return complain(Safetensors.metadataKey, "has \(value.kind) for '\(key)', expected text")
      }
      metadata[key] = text
    }
  }

  private mutating func complain(_ name: String, _ message: String, hint: String? = nil) {
    problems.append(Diagnostic("tensor '\(name)' of \(subject) \(message)", hint: hint))
  }

  /// Checks that tensors fill the data from end to end, and reads them.
  ///
  /// - Parameter data: what follows the header, or more of it than it promises.
  func checkpoint(_ data: ArraySlice<UInt8>) throws(DiagnosticList) -> Checkpoint {
    var problems: [Diagnostic] = []
    func complain(_ name: String, _ message: String, hint: String? = nil) {
      problems.append(Diagnostic("tensor '\(name)' of \(subject) \(message)", hint: hint))
    }
    let entries = self.entries.sorted {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }
    var end = 0
    for entry in entries {
      if entry.range.upperBound > data.count {
        complain(
          entry.name, "ends at byte \(entry.range.upperBound) of the data, which have \(data.count)",
          hint: "the file is truncated")
      } else if entry.range.lowerBound < end {
        complain(entry.name, "overlaps the one before: it begins at byte \(entry.range.lowerBound), expected \(end)")
      } else if entry.range.lowerBound > end {
        complain(entry.name, "leaves a hole: it begins at byte \(entry.range.lowerBound), expected \(end)")
      }
      end = max(end, entry.range.upperBound)
    }
    if problems.isEmpty, end < data.count {
      problems.append(Diagnostic("bytes follow the last tensor of \(subject), which ends at byte \(end) of the data"))
    }
    guard problems.isEmpty else { throw DiagnosticList(problems) }
    let tensors = entries.map { entry in
      NamedTensor(name: entry.name, shape: entry.shape, values: floats(data, entry.range))
    }
    return Checkpoint(tensors, metadata: metadata)
  }

  private func floats(_ data: ArraySlice<UInt8>, _ range: Range<Int>) -> [Float] {
    var values: [Float] = []
    values.reserveCapacity(range.count / 4)
    for place in stride(from: data.startIndex + range.lowerBound, to: data.startIndex + range.upperBound, by: 4) {
      let low = UInt32(data[place]) | UInt32(data[place + 1]) << 8
      let high = UInt32(data[place + 2]) | UInt32(data[place + 3]) << 8
      values.append(Float(bitPattern: low | high << 16))
    }
    return values
  }
}
