import Diagnostics

/// Writes a trace as comma-separated values, one row per span, batch by batch.
///
/// Unknown cells are empty. Bytes stand in one row per instruction, the first that is no wait, so that a column's sum is
/// what was moved.
public struct SpanCSVWriter<Output: TextOutputStream> {
  public static var header: String {
    "device,step,lane,kind,label,layer,microbatch,begin_seconds,end_seconds,bytes,partner,cause"
  }

  public private(set) var output: Output
  private let catalogue: InstructionCatalogue

  /// Writes the header.
  public init(_ output: Output, catalogue: InstructionCatalogue) {
    self.output = output
    self.catalogue = catalogue
    self.output.write(Self.header + "\n")
  }

  public mutating func append(_ batch: TraceBatch) {
    for (device, records) in batch.records.enumerated() {
      for record in records {
        var bytes = catalogue.bytes(device: device, instruction: Int(record.instruction))
        for span in catalogue.spans(of: record, device: device) {
          write(span, bytes: span.kind == .wait ? nil : bytes)
          if span.kind != .wait { bytes = nil }
        }
      }
    }
  }

  private mutating func write(_ span: TraceSpan, bytes: Int?) {
    let (device, instruction) = (span.device, span.instruction)
    let cells: [String] = [
      "\(device)", "\(span.step)", "\(span.lane)", span.kind.rawValue,
      catalogue.label(device: device, instruction: instruction),
      catalogue.layer(device: device, instruction: instruction) ?? "",
      catalogue.microbatch(device: device, instruction: instruction).map(String.init) ?? "",
      decimal(span.begin, places: 9), decimal(span.end, places: 9), bytes.map(String.init) ?? "",
      catalogue.partner(device: device, instruction: instruction).map(String.init) ?? "", span.cause?.rawValue ?? "",
    ]
    output.write(CSVText.row(cells))
  }
}
