/// Which output positions of a convolution have the same filters.
public enum FilterSharing: Hashable, Sendable {
  /// All of them: convolution.
  case everywhere
  /// Those whose rows are equal modulo the tile's height and whose columns are equal modulo its width: the filters of row
  /// `h` and column `w` are number (`h` mod height, `w` mod width) (tiled convolution; Ngiam et al. 2010, "Tiled
  /// convolutional neural networks"). A tile of the output's size is the same as ``nowhere``.
  case tiled(Extent)
  /// None: a locally connected layer.
  case nowhere

  /// Rows and columns of different filters for an output of `positions`.
  public func filters(of positions: Extent) -> Extent {
    switch self {
    case .everywhere: Extent(1)
    case .tiled(let tile): tile
    case .nowhere: positions
    }
  }
}
