#pragma once

#include <QTreeWidget>
#include <QWidget>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "widgets/session/DeviceSearch.h"
#include "widgets/session/Workbench.h"

class QAction;
class QLabel;
class QToolButton;

namespace uada {

/// The rows of the queue, which are dragged into another order.
class QueueList : public QTreeWidget {
  Q_OBJECT
 public:
  explicit QueueList(QWidget* parent = nullptr);
  qint64 runAt(const QTreeWidgetItem* item) const;  ///< 0: no item
  std::vector<qint64> chosen() const;               ///< in the order of the queue

 Q_SIGNALS:
  /// before  0: to the end
  void moveWanted(const std::vector<qint64>& runs, qint64 before);

 protected:
  void dropEvent(QDropEvent* event) override;
};

/// The runs that wait: their order, what they will take, and what is done with them.
class QueueBox : public QWidget {
  Q_OBJECT
 public:
  explicit QueueBox(const Workbench& workbench, QWidget* parent = nullptr);

  /// Tells of the devices that another process can train on; tests give a fake.
  EngineWork::EngineProvider engine = []() -> Engine& { return loadEngine(); };

 private:
  /// What is known of a waiting run besides its title.
  struct Details {
    std::optional<double> seconds;  ///< predicted; none: nothing like it has been trained
    QString name = {};              ///< by what tells it from others; empty: not known
    QString text = {};
  };
  void makeHead();
  void makeActions();
  QAction* action(const QString& text, const QString& definition, std::function<void()> what);
  void update();
  void readDetails();
  void showTimes();
  void updateWritable();
  void updateWorkers();
  void move(int by);
  void startWorker();
  void askDevice(const std::vector<DeviceInfo>& devices);
  void guarded(const std::function<void()>& action);

  const Workbench& workbench_;
  QLabel* title_;
  QueueList* list_;
  QLabel* workers_;  ///< other processes that train the queue
  QToolButton *pause_, *up_, *down_, *out_;
  std::vector<QAction*> changing_;  ///< not to be had where the project can only be read
  QAction *pauseAction_ = nullptr, *stopsAction_ = nullptr;
  std::map<qint64, Details> details_;
  std::unique_ptr<DeviceSearch, EngineWork::Retire> search_;  ///< null: nobody has asked for devices yet
};

}  // namespace uada
