#pragma once

#include <QDialog>
#include <vector>

#include "widgets/frame/Actions.h"

class QLabel;
class QLineEdit;
class QListWidget;

namespace uada {

class Theme;

/// How well the typed letters fit a text: all of them in their order, better at the beginnings of words and
/// in a row. 0: they do not.
int fit(const QString& typed, const QString& text);

/// All actions by name: type to filter, arrows to choose, Enter to do. Shows keys, and of what cannot be done
/// the reason. Enter alone never starts training: Ctrl and Enter do, or a click.
class Palette : public QDialog {
  Q_OBJECT
 public:
  Palette(const Actions& actions, const Theme& theme, QWidget* window);

  /// As shown, best first: names of actions.
  QStringList shown() const;

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void filter(const QString& typed);
  void run(bool mayTrain);
  void explain();

  std::vector<ActionEntry> entries_;  ///< as they were when it was opened
  const Theme& theme_;
  QLineEdit* typed_;
  QListWidget* list_;
  QLabel* why_;
};

}  // namespace uada
