#pragma once

#include <QWidget>

#include "widgets/session/LatestAnswer.h"
#include "widgets/session/Workbench.h"

class QMimeData;
class QPlainTextEdit;

namespace uada {

/// What became of a table that was exported as LaTeX: which of its cells are no longer what the project has.
/// Hidden until a file is checked.
class TexCheck : public QWidget {
  Q_OBJECT
 public:
  explicit TexCheck(const Workbench& workbench, QWidget* parent = nullptr);
  void check(const QString& file);
  /// Asks for a file, and checks that.
  void ask();
  /// In a dialogue of its own.
  static void open(const Workbench& workbench, const QString& file, QWidget* window);
  /// The dropped file, if it is one whose name ends in .tex; else "".
  static QString texOf(const QMimeData* data);

 Q_SIGNALS:
  void closed();

 private:
  const Workbench& workbench_;
  LatestAnswer checked_;
  QPlainTextEdit* text_ = nullptr;
};

}  // namespace uada
