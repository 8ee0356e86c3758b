import Networks
import Programs

/// The picture of one layer: who holds which box of its weights, who computes which box of its output, and what each device
/// needs of the input, with halo rows drawn around its own. Drawn into a canvas that texts and screens show alike.
public struct OwnershipPicture: Sendable {
  private let layer: LayerOwnership
  private let glyphs: OwnershipCanvas.Glyphs
  /// The names of all layers, for inputs.
  private let names: [String]

  public init(_ layer: LayerOwnership, names: [String], glyphs: OwnershipCanvas.Glyphs = .unicode) {
    self.layer = layer
    self.names = names
    self.glyphs = glyphs
  }

  /// As large as fits, and no larger than it needs to be literal.
  ///
  /// - Parameters:
  ///   - width: columns at most; what does not fit is left out.
  ///   - height: lines that the parts are shortened for; a picture with many devices may have more, for scrolling.
  public func canvas(width: Int, height: Int) -> OwnershipCanvas {
    guard width > 0, height > 0 else { return OwnershipCanvas() }
    var canvas = page(width: width, lines: 3)
    for lines in [5, 7, 9, 11, 14, 18, 24, 34] {
      let larger = page(width: width, lines: lines)
      if larger.height > height { break }
      canvas = larger
    }
    canvas.crop(width: width, height: Int.max)
    return canvas
  }

  private func page(width: Int, lines: Int) -> OwnershipCanvas {
    var canvas = OwnershipCanvas()
    for line in heading { canvas.put(line, x: 0, y: canvas.height, role: .text) }
    let grids = (weights + [output]).map { $0.canvas(width: width, lines: lines, glyphs: glyphs) }
    flow(grids, width: width, on: &canvas)
    for (title, tiles) in tiles(width: width, lines: lines) {
      canvas.put("", x: 0, y: canvas.height)
      let y = canvas.height + 1
      canvas.put(title, x: 0, y: y, role: .title)
      flow(tiles, width: width, gap: 0, on: &canvas)
    }
    return canvas
  }

  /// Puts parts side by side as far as they fit, then below.
  private func flow(_ parts: [OwnershipCanvas], width: Int, gap: Int = 1, on canvas: inout OwnershipCanvas) {
    var (x, y, below) = (0, canvas.height + gap, canvas.height + gap)
    for part in parts {
      if x > 0, x + part.width > width { (x, y) = (0, below + 1) }
      canvas.put(part, x: x, y: y)
      x += part.width + 4
      below = max(below, y + part.height)
    }
  }

  // MARK: - Words

  private var heading: [String] {
    let node = layer.node
    var first = "\(node.name): \(layer.splitText) on device\(layer.devices.count == 1 ? "" : "s") "
    first += LayerOwnership.list(layer.devices)
    first += ", output \(shape(node.outputShape))"
    var lines = [first]
    if let part = layer.parts.first, part.summands > 1 {
      lines.append("each device has one of \(part.summands) parts of every sum over the inputs; + adds them up")
    }
    if layer.parts.contains(where: \.addsTravellingBlocks) {
      lines.append("blocks of inputs and weights travel between the devices; each adds up the products for its box")
    }
    if layer.reductions.isEmpty {
      if !layer.node.parameters.isEmpty {
        lines.append("every device's gradient of its weights is complete, nothing is added up")
      }
    } else {
      let groups = layer.reductions.map { LayerOwnership.list($0) }.joined(separator: "; ")
      lines.append("gradients of the weights are added up by devices \(groups)")
    }
    return lines
  }

  private func shape(_ shape: Shape) -> String {
    shape.isImage
      ? [shape.channels, shape.height, shape.width].map(String.init).joined(separator: String(glyphs.times))
      : "\(shape.channels)"
  }

  private func name(_ node: Int) -> String { names.indices.contains(node) ? names[node] : "the network's input" }

  private func samples(_ parts: [LayerOwnership.Part]) -> String {
    layer.microbatches > 1 && Set(parts.map(\.microbatch)).count == 1
      ? ", microbatch \(parts[0].microbatch) of \(layer.microbatches)" : ""
  }

  // MARK: - Parts of the picture

  /// The layer's weight, or its first parameter; the bias follows it.
  private var weights: [OwnershipGrid] {
    let ordinals = layer.node.parameters.indices.filter { layer.node.parameters[$0].role == .weight }
    return (ordinals.isEmpty ? Array(layer.node.parameters.indices.prefix(1)) : ordinals).map { ordinal in
      let parameter = layer.node.parameters[ordinal]
      let held = layer.held.filter { $0.ordinal == ordinal }
      let cut = parameter.shape.indices.filter { axis in held.contains { $0.ranges[axis] != 0..<parameter.shape[axis] }
      }
      let axes = Array((cut + parameter.shape.indices.filter { !cut.contains($0) }).prefix(2)).sorted()
      func axis(_ index: Int) -> String {
        // Arrays of more than four axes have filters of their own for rows and columns in front.
        let names = (parameter.shape.count == 6 ? ["h", "w"] : []) + ["k", "c", "kernel rows", "kernel columns"]
        return "\(names.indices.contains(index) ? names[index] : "axis \(index)") \(parameter.shape[index])"
      }
      let size = axes.map(axis).joined(separator: " \(glyphs.times) ")
      let words = Set(layer.devices.map { device in held.reduce(0) { $1.device == device ? $0 + $1.count : $0 } })
      let each = words.count == 1 ? "\(words.first ?? 0)" : "\(words.min() ?? 0) to \(words.max() ?? 0)"
      let role = parameter.role.rawValue.replacing("_", with: " ")
      return OwnershipGrid(
        title: "\(role), \(size): \(each) of \(parameter.count) words each",
        holdings: held.map { box in
          // An array of one axis lies down.
          guard axes.count > 1 else {
            return .init(device: box.device, rows: 0..<1, columns: box.ranges[axes[0]])
          }
          return .init(device: box.device, rows: box.ranges[axes[0]], columns: box.ranges[axes[1]])
        })
    }
  }

  private var output: OwnershipGrid {
    let first = layer.parts.map(\.microbatch).min() ?? 0
    let devices = Set(layer.parts(microbatch: first).map(\.device))
    // Microbatches that different devices work on are all seen, others repeat the first.
    let parts = devices.count == layer.devices.count ? layer.parts(microbatch: first) : layer.parts
    let axes = BoxAxis.pair(parts.map(\.output), isImage: layer.node.outputShape.isImage)
    let title = "output, \(axis(axes.rows)) \(glyphs.times) \(axis(axes.columns))\(samples(parts))"
    return OwnershipGrid(
      title: title,
      holdings: parts.map {
        .init(device: $0.device, rows: $0.output[axes.rows], columns: $0.output[axes.columns], summand: $0.summand)
      })
  }

  private func axis(_ axis: BoxAxis) -> String {
    let shape = layer.node.outputShape
    return switch axis {
    case .n: "n"
    case .k: "k \(shape.channels)"
    case .h: "h \(shape.height)"
    case .w: "w \(shape.width)"
    }
  }

  /// For every input of which someone fetches something, or which several devices load in part: a tile per device.
  private func tiles(width: Int, lines: Int) -> [(title: String, tiles: [OwnershipCanvas])] {
    let parts = layer.parts.filter { !$0.inputs.isEmpty }
    let producers = Set(parts.flatMap(\.inputs).map(\.producer)).sorted()
    return producers.compactMap { producer in
      let needs = parts.flatMap { part in
        part.inputs.filter { $0.producer == producer }.map { (device: part.device, input: $0) }
      }
      guard needs.contains(where: { !$0.input.fetched.isEmpty }) else { return nil }
      let pieces = needs.flatMap { need in need.input.own + need.input.fetched.map(\.box) + [need.input.needed] }
      let axes = BoxAxis.pair(pieces, isImage: layer.node.inputShapes[0].isImage)
      let room = max(12, min(width, max(24, (width - 8) / 3)))
      let drawn = needs.prefix(Self.mostTiles).map { need in
        OwnershipTile(device: need.device, input: need.input, rows: axes.rows, columns: axes.columns)
          .canvas(width: room, lines: lines, glyphs: glyphs)
      }
      var title = "what each device needs of \(name(producer)), \(axes.rows.rawValue) \(glyphs.times) "
      title += "\(axes.columns.rawValue): \(glyphs.fetched)1 is fetched from device 1"
      if needs.contains(where: { $0.input.padding != Edges() }) { title += ", \(glyphs.padding) are zeros" }
      if needs.count > drawn.count { title += "; \(needs.count - drawn.count) more devices are not drawn" }
      return (title, drawn)
    }
  }

  /// Enough to see the rule; hundreds of tiles would say nothing more.
  private static let mostTiles = 16
}
