#pragma once

namespace uada {

class Actions;
class Edits;

/// "edit.undo" (Ctrl+Z) and "edit.redo", which say what they take back or do again.
void addUndoActions(Actions& actions, Edits& edits);

}  // namespace uada
