#pragma once

#include <QString>

class QLabel;
class QLineEdit;
class QWidget;

namespace uada {

class Theme;

/// An empty, hidden label for what is wrong with the field above it.
QLabel* problemLabel(const Theme& theme, QWidget* parent);
/// Shows the text with a capital first letter, or hides the label when there is none.
void showProblem(QLabel* label, const QString& text);
/// Small quiet text under an editor, in as many lines as it needs.
QLabel* hintLabel(const QString& text, const Theme& theme, QWidget* parent);
/// One such line, cut off with an ellipsis where there is no room.
QLabel* hintLine(const QString& text, const Theme& theme, QWidget* parent);
/// A heading within a page: "1  What".
QLabel* headingLabel(const QString& text, QWidget* parent);
/// Quieter text: explanations and units.
QLabel* quietLabel(const QString& text, const Theme& theme, QWidget* parent);
/// The wheel changes the editor only while that has the focus; else it scrolls the page, so that nobody
/// changes a setting by scrolling over it. For drop-downs, spin boxes and sliders.
void keepFromWheel(QWidget* editor);
/// Undo and redo are the form's, over all its fields, and not the line's own.
void leaveUndoToTheForm(QLineEdit* line);
/// A file or a folder that is dropped on the line becomes its text, as a path.
void takeDroppedFiles(QLineEdit* line);

}  // namespace uada
