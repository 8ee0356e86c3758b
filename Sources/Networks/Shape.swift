/// The shape of one sample's activation: a feature vector or an image of channels × height × width.
public struct Shape: Hashable, Sendable, CustomStringConvertible {
  public var channels: Int
  public var height: Int
  public var width: Int
  /// False for a feature vector, whose height and width are 1.
  public let isImage: Bool

  /// A vector of `count` features.
  public static func features(_ count: Int) -> Shape {
    Shape(channels: count, height: 1, width: 1, isImage: false)
  }

  /// An image.
  public static func image(channels: Int, height: Int, width: Int) -> Shape {
    Shape(channels: channels, height: height, width: width, isImage: true)
  }

  /// Words of one sample.
  public var count: Int { channels * height * width }

  /// `64` or `16×8×8`.
  public var description: String { isImage ? "\(channels)×\(height)×\(width)" : "\(channels)" }
}

/// Height and width of a window or a stride.
public struct Extent: Hashable, Sendable {
  public var height: Int
  public var width: Int

  public init(_ height: Int, _ width: Int) {
    self.height = height
    self.width = width
  }

  public init(_ side: Int) { self.init(side, side) }
}

/// Zero rows and columns added around an image.
public struct Edges: Hashable, Sendable {
  public var top: Int
  public var left: Int
  public var bottom: Int
  public var right: Int

  public init(top: Int = 0, left: Int = 0, bottom: Int = 0, right: Int = 0) {
    self.top = top
    self.left = left
    self.bottom = bottom
    self.right = right
  }

  public init(_ all: Int) { self.init(top: all, left: all, bottom: all, right: all) }

  /// Padding that keeps the size at stride 1; the odd row or column of an even kernel goes to the end, as in PyTorch.
  public static func same(kernel: Extent) -> Edges {
    let top = (kernel.height - 1) / 2
    let left = (kernel.width - 1) / 2
    return Edges(top: top, left: left, bottom: kernel.height - 1 - top, right: kernel.width - 1 - left)
  }
}

/// A sliding window: what convolution and pooling have in common.
public struct Window: Hashable, Sendable {
  public var kernel: Extent
  public var stride: Extent
  public var padding: Edges

  public init(kernel: Extent, stride: Extent = Extent(1), padding: Edges = Edges()) {
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
  }

  /// Rows and columns of output, floor((in + padding - kernel) / stride) + 1; not positive when the window does not fit.
  public func outputExtent(_ height: Int, _ width: Int) -> Extent {
    Extent(
      Self.count(height + padding.top + padding.bottom, kernel.height, stride.height),
      Self.count(width + padding.left + padding.right, kernel.width, stride.width))
  }

  private static func count(_ padded: Int, _ kernel: Int, _ stride: Int) -> Int {
    padded < kernel ? 0 : (padded - kernel) / stride + 1
  }
}
