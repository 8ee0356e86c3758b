import Datasets
import Diagnostics
import Networks
import Scenes
import Strategies

extension Scene {
  /// Everything that is wrong with the scene before a strategy looks at it: layers that do not fit, limits, data that
  /// the
  /// network cannot learn from. A scene that can be written and read back has none.
  public func problems() -> [Diagnostic] {
    do {
      _ = try applying([])
      return []
    } catch {
      // Places in the written text mean nothing on screen; paths do.
      return error.all.map { problem in
        var problem = problem
        problem.location = nil
        return problem
      }
    }
  }

  /// The scene without its layers' places in a file, which edits would make wrong.
  public var unplaced: Scene {
    var scene = self
    for index in scene.network.layers.indices {
      scene.network.layers[index].location = nil
      scene.network.layers[index].path = nil
    }
    return scene
  }
}

extension Diagnostic {
  /// The layer that the problem is about, by its path `network.layers[3]…`.
  public var layer: Int? {
    guard let path, path.hasPrefix("network.layers["), let end = path.firstIndex(of: "]") else { return nil }
    return Int(path[path.index(path.startIndex, offsetBy: 15)..<end])
  }
}
