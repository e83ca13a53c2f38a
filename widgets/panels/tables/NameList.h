#pragma once

#include <QWidget>
#include <string>
#include <vector>

class QComboBox;
class QListWidget;
class QToolButton;

namespace uada {

/// Names in an order that a person gives them: a list, a box of what can be added, and buttons that move and
/// remove. Also by keys: Delete removes, Ctrl+Up and Ctrl+Down move.
class NameList : public QWidget {
  Q_OBJECT
 public:
  struct Entry {
    QString name, title, help;
  };
  /// object  its name: "rows"; those of its parts begin with it
  NameList(const QString& object, const QString& title, const QString& help, QWidget* parent);
  /// What can be added; the first `usual` of it stand apart from the rest.
  void offer(std::vector<Entry> entries, std::size_t usual);
  void setNames(const std::vector<std::string>& names);
  std::vector<std::string> names() const;

 Q_SIGNALS:
  void changed();

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  QToolButton* addButton(const QString& name, const QString& text, const QString& help);
  void append(const QString& name);
  void add(int index);
  void move(int by);
  void remove();
  void showButtons();

  std::vector<Entry> entries_;
  QListWidget* list_;
  QComboBox* more_;
  QToolButton *up_ = nullptr, *down_ = nullptr, *remove_ = nullptr;
};

}  // namespace uada
