import Screens

extension WorkbenchState {
  /// Fields as a form, with the open text field where one is being typed.
  func formWidget(_ fields: [SettingField], selection: Int?, focused: Bool) -> Form {
    let isEditing = focused && editor != nil
    let rows = fields.enumerated().map { index, field in
      let isOpen = isEditing && index == selection
      return Form.Field(
        field.label, Line(field.value.isEmpty ? "-" : field.value, role: field.value.isEmpty ? .dim : .text),
        error: isOpen ? editor?.problem : nil)
    }
    return Form(rows, selection: selection, editor: isEditing ? editor?.field : nil, focused: focused)
  }

  /// What the marked value means and which keys change it; nil where no value is marked.
  var fieldHint: String? {
    guard overlay == nil, focus.isEditor, let field = currentField else { return nil }
    return "\(field.label)\(field.isStepped ? " (← →)" : ""): \(field.hint)"
  }
}
