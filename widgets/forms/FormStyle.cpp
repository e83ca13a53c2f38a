#include "widgets/forms/FormStyle.h"

#include <QDropEvent>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMimeData>
#include <QPainter>
#include <QPalette>
#include <QUrl>

#include "widgets/session/Theme.h"

namespace uada {
namespace {

void setTextColour(QLabel* label, const QColor& colour) {
  QPalette palette = label->palette();
  palette.setColor(QPalette::WindowText, colour);
  label->setPalette(palette);
}

class ElidedLabel : public QLabel {
 public:
  using QLabel::QLabel;
  QSize minimumSizeHint() const override { return {8 * kGrid, QLabel::minimumSizeHint().height()}; }

 protected:
  void paintEvent(QPaintEvent*) override {
    QPainter painter(this);
    painter.setPen(palette().color(QPalette::WindowText));
    painter.drawText(rect(), Qt::AlignLeft | Qt::AlignVCenter,
                     fontMetrics().elidedText(text(), Qt::ElideRight, width()));
  }
};

class WheelFilter : public QObject {
 public:
  using QObject::QObject;

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override {
    if (event->type() != QEvent::Wheel || static_cast<QWidget*>(watched)->hasFocus()) return false;
    event->ignore();  // goes on to the page
    return true;
  }
};

class UndoFilter : public QObject {
 public:
  using QObject::QObject;

 protected:
  bool eventFilter(QObject*, QEvent* event) override {
    if (event->type() != QEvent::ShortcutOverride) return false;
    const auto* key = static_cast<QKeyEvent*>(event);
    if (!key->matches(QKeySequence::Undo) && !key->matches(QKeySequence::Redo)) return false;
    event->ignore();  // goes on to the shortcut
    return true;
  }
};

class DropFilter : public QObject {
 public:
  using QObject::QObject;

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override {
    const QEvent::Type type = event->type();
    if (type != QEvent::DragEnter && type != QEvent::DragMove && type != QEvent::Drop) return false;
    auto* drop = static_cast<QDropEvent*>(event);
    const QList<QUrl> files = drop->mimeData()->urls();
    if (files.size() != 1 || !files.front().isLocalFile()) return false;
    drop->acceptProposedAction();
    if (type == QEvent::Drop) static_cast<QLineEdit*>(watched)->setText(files.front().toLocalFile());
    return true;
  }
};

QLabel* asHint(QLabel* label, const Theme& theme) {
  QFont font = label->font();
  font.setPointSizeF(font.pointSizeF() * 0.88);
  label->setFont(font);
  setTextColour(label, theme.colour("muted"));
  return label;
}

}  // namespace

QLabel* hintLabel(const QString& text, const Theme& theme, QWidget* parent) {
  auto* label = new QLabel(text, parent);
  label->setTextFormat(Qt::PlainText);
  label->setWordWrap(true);
  return asHint(label, theme);
}

QLabel* hintLine(const QString& text, const Theme& theme, QWidget* parent) {
  return asHint(new ElidedLabel(text, parent), theme);
}

void keepFromWheel(QWidget* editor) {
  editor->setFocusPolicy(Qt::StrongFocus);  // else the wheel itself gives it the focus
  editor->installEventFilter(new WheelFilter(editor));
}

void leaveUndoToTheForm(QLineEdit* line) { line->installEventFilter(new UndoFilter(line)); }

void takeDroppedFiles(QLineEdit* line) {
  line->setAcceptDrops(true);
  line->installEventFilter(new DropFilter(line));
}

QLabel* problemLabel(const Theme& theme, QWidget* parent) {
  auto* label = new QLabel(parent);
  label->setWordWrap(true);
  label->setTextInteractionFlags(Qt::TextSelectableByMouse);
  setTextColour(label, theme.colour("bad"));
  label->hide();
  return label;
}

void showProblem(QLabel* label, const QString& text) {
  label->setText(text.left(1).toUpper() + text.mid(1));
  label->setVisible(!text.isEmpty());
}

QLabel* headingLabel(const QString& text, QWidget* parent) {
  auto* label = new QLabel(text, parent);
  QFont font = label->font();
  font.setPointSizeF(font.pointSizeF() * 1.15);
  font.setBold(true);
  label->setFont(font);
  return label;
}

QLabel* quietLabel(const QString& text, const Theme& theme, QWidget* parent) {
  auto* label = new QLabel(text, parent);
  label->setWordWrap(true);
  setTextColour(label, theme.colour("muted"));
  return label;
}

}  // namespace uada
