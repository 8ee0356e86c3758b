import Networks
import Scenes
import Screens

extension WorkbenchState {
  /// The field that left, right and Enter are about.
  var currentField: SettingField? {
    if form != nil, focus == .network {
      let fields = formFields
      return form.flatMap { fields.indices.contains($0.selection) ? fields[$0.selection] : nil }
    }
    if focus == .network { return networkField }
    let fields = strategyFields
    return fields.indices.contains(strategyLine) ? fields[strategyLine] : nil
  }

  /// The network's input, loss or tree, where its line is marked.
  private var networkField: SettingField? {
    if networkLine == 0 {
      return SettingField("input", "\(scene.network.input)", .text, hint: "features, or channels x height x width")
    }
    let ofTree = networkLine - lossLine - 1
    if treeFields.indices.contains(ofTree) { return treeFields[ofTree] }
    guard networkLine == lossLine else { return nil }
    return SettingField(
      "loss", scene.network.loss.rawValue, .choice(Loss.allCases.map(\.rawValue)), hint: "what training minimises")
  }

  /// The scene with a field of the form, of the network panel or of the strategy panel changed.
  private func setting(_ key: String, _ text: String) throws(FieldProblem) -> Scene {
    if focus == .network {
      var changed = scene
      if let form {
        let layer = try LayerSettings.setting(key, text, in: scene.network.layers[form.layer])
        changed.network.replace(at: form.layer, with: layer)
      } else if key == "input" {
        changed.network.input = try Shape(typed: text)
      } else if key.hasPrefix("tree.") {
        changed.network = try TreeSettings.setting(key, text, in: scene.network)
      } else {
        guard let loss = Loss(rawValue: text.trimmingBlanks) else {
          throw FieldProblem("one of \(Loss.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        changed.network.loss = loss
      }
      return changed
    }
    return try SceneSettings.setting(key, text, in: scene)
  }

  /// Steps the current field's value to the next or previous one.
  mutating func stepValue(_ direction: Int) -> [Effect] {
    guard let field = currentField else { return [] }
    guard let text = field.stepped(direction) else {
      if field.values == .text { note = Line("press Enter to type \(field.label)", role: .dim) }
      return []
    }
    do {
      return edit(try setting(field.key, text))
    } catch {
      note = Line("\(field.label): \(error.message)", role: .error)
      return []
    }
  }

  /// Opens a text field on the current value; on a layer, its form.
  mutating func openEditor() -> [Effect] {
    if focus == .network, form == nil, let layer = selectedLayer {
      form = LayerForm(layer: layer)
      return []
    }
    if let field = currentField { editor = ValueEditor(field, scene: scene) }
    return []
  }

  /// Changes the open value's text. What can be read takes effect at once. Nil where the change is none.
  mutating func typeValue(_ change: (inout TextField) -> Bool) -> [Effect]? {
    guard var editor else { return nil }
    let before = editor.field.text
    guard change(&editor.field) else { return nil }
    defer { self.editor = editor }
    guard editor.field.text != before else { return [] }
    do {
      let changed = try setting(editor.key, editor.field.text)
      editor.problem = nil
      return changed == scene ? [] : replaceScene(changed)
    } catch {
      editor.problem = error.message
      return []
    }
  }

  /// Keeps what was typed; a text that cannot be read stays open.
  mutating func acceptValue() -> [Effect] {
    guard let editor else { return [] }
    do {
      let changed = try setting(editor.key, editor.field.text)
      self.editor = nil
      if changed != editor.original { history.record(editor.original) }
      return changed == scene ? [] : replaceScene(changed)
    } catch {
      self.editor?.problem = error.message
      return []
    }
  }

  /// Brings the value from before typing back.
  mutating func cancelValue() -> [Effect] {
    guard let editor else { return [] }
    self.editor = nil
    return editor.original == scene ? [] : replaceScene(editor.original)
  }
}

extension Shape {
  /// Reads `64`, `1x8x8` or `[1, 8, 8]`.
  init(typed text: String) throws(FieldProblem) {
    let words = text.split { " ,x×[]".contains($0) }
    let sides = words.enumerated().compactMap {
      ($0.offset == 0 ? SizeLimit.channels : SizeLimit.side).read($0.element)
    }
    guard sides.count == words.count, sides.count == 1 || sides.count == 3 else {
      throw FieldProblem(
        "a number of features, or channels x height x width; at most \(SizeLimit.channels.range.upperBound) and twice \(SizeLimit.side.range.upperBound)"
      )
    }
    self = sides.count == 1 ? .features(sides[0]) : .image(channels: sides[0], height: sides[1], width: sides[2])
  }
}
