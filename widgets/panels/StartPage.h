#pragma once

#include <QStringList>
#include <QTimer>
#include <QWidget>
#include <map>
#include <thread>

#include "widgets/session/Workbench.h"

class QBoxLayout;
class QLabel;
class QPushButton;
class QVBoxLayout;

namespace uada {

/// The first page: three big choices, and projects opened before, with what they hold.
class StartPage : public QWidget {
  Q_OBJECT
 public:
  explicit StartPage(const Workbench& workbench, QWidget* parent = nullptr);

 Q_SIGNALS:
  void demoWanted(const QString& experiment);
  void newRunWanted();
  void openWanted();
  void projectWanted(const QString& file);
  void exploreWanted();

 protected:
  void showEvent(QShowEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;

 private:
  void makeChoices(QVBoxLayout* layout);
  void listRecent();
  void readGists(const QStringList& files);
  void showGists();

  const Workbench& workbench_;
  QBoxLayout* cards_ = nullptr;
  QWidget* recent_ = nullptr;         ///< heading and rows
  std::map<QString, QString> holds_;  ///< what is known of projects, in words
  bool isReading_ = false;
  std::jthread reader_;  ///< of what the projects hold
};

/// The bar over the views that says what went wrong and what to do, or what was done unasked.
class Banner : public QWidget {
  Q_OBJECT
 public:
  explicit Banner(const Workbench& workbench, QWidget* parent = nullptr);
  /// Neither a failure nor a question; goes by itself. While something that went wrong is shown it waits.
  void showNotice(const QString& text);

 private:
  void dress(bool isNotice);
  void showState();
  void showFailure();
  void showProblem(const QString& text);
  void leave();
  QLabel* title_;
  QLabel* text_;
  void showSamples();
  QPushButton *resume_, *halve_, *again_, *samples_;
  QLabel* icon_;
  QWidget* frame_;
  QTimer gone_;
  QString failure_;            ///< the last one that was shown
  bool showsFailure_ = false;  ///< or closed since; else another message
  bool showsPause_ = false;    ///< of a run about which a person can do something
  QStringList waiting_;        ///< notices that came while something that went wrong was shown
  const Workbench& workbench_;
};

}  // namespace uada
