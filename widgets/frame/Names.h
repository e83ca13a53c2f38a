#pragma once

class QEvent;
class QObject;
class QString;
class QWidget;

namespace uada {

/// Gives a control without a name for screen readers the one that its tool tip or its placeholder says; one
/// that has a text, a label or a name keeps it.
void nameControl(QWidget* control);

/// A label shows its text as it is, tags and all, unless it says that it is rich: what people and files call
/// something is no markup. Tool tips, and labels whose links the keyboard reaches, stay as they are.
void keepPlain(QWidget* widget);

/// Answers the event of a tool tip of a widget, a cell, a column or an action of a menu with its text as it
/// is, tags and all, in lines that are broken: no tip is rich. Returns whether it did.
bool showsPlainTip(QObject* watched, QEvent* event);

/// Gives lists and tables of a panel that have no name the panel's own.
void nameLists(QWidget* panel, const QString& title);

/// Whether a person acts on the widget itself: a button, field, list, slider.
bool isControl(const QWidget* widget);

}  // namespace uada
