#pragma once

#include <QDialog>

#include "widgets/frame/Actions.h"

class QKeySequenceEdit;
class QLabel;
class QLineEdit;
class QPushButton;
class QTreeWidget;

namespace uada {

/// The sheet of all keys, where they can also be changed. A key that another action has is refused in words.
class KeysDialog : public QDialog {
  Q_OBJECT
 public:
  explicit KeysDialog(Actions& actions, QWidget* parent = nullptr);

 private:
  void makeTree();
  QLayout* makeKeyRow();
  void fill();
  void filter();
  void choose();
  void change(const QKeySequence& key);
  QString chosen() const;  ///< name of the action; empty: none, or its key cannot be changed

  Actions& actions_;
  QLineEdit* filter_;
  QTreeWidget* tree_;
  QKeySequenceEdit* key_;
  QPushButton *set_, *none_;
  QLabel* problem_;
};

}  // namespace uada
