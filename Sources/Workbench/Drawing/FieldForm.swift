import Screens

extension WorkbenchState {
  /// Fields as a form, with the open text field where one is being typed.
  func formWidget(_ fields: [SettingField], selection: Int?, focused: Bool) -> Form {
    let isEditing = focused && editor != nil
    let rows = fields.enumerated().map { index, field in
      let isOpen = isEditing && index == selection
      return Form.Field(
        field.label, Line(field.value.isEmpty ? "-" : field.value, role: field.value.isEmpty ? .dim : .text),
        error: isOpen ? editor?.problem : nil, hint: hint(field))
    }
    return Form(rows, selection: selection, editor: isEditing ? editor?.field : nil, focused: focused)
  }

  private func hint(_ field: SettingField) -> String { field.isStepped ? "←→ \(field.hint)" : field.hint }
}
