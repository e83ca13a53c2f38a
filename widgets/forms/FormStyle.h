#pragma once

#include <QString>

class QLabel;
class QWidget;

namespace uada {

class Theme;

/// An empty, hidden label for what is wrong with the field above it.
QLabel* problemLabel(const Theme& theme, QWidget* parent);
/// Shows the text with a capital first letter, or hides the label when there is none.
void showProblem(QLabel* label, const QString& text);
/// One small quiet line under an editor, cut off with an ellipsis where there is no room; the whole is in the
/// tool tip.
QLabel* hintLabel(const QString& text, const Theme& theme, QWidget* parent);
/// A heading within a page: "1  What".
QLabel* headingLabel(const QString& text, QWidget* parent);
/// Quieter text: explanations and units.
QLabel* quietLabel(const QString& text, const Theme& theme, QWidget* parent);

}  // namespace uada
