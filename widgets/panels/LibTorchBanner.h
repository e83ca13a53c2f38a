#pragma once

#include <QWidget>

#include "core/engine/Engine.h"
#include "core/libtorch/Fetch.h"
#include "widgets/session/Background.h"
#include "widgets/session/Workbench.h"

class QLabel;
class QProgressBar;
class QPushButton;
class QToolButton;

namespace uada {

/// The bar over the views that says that LibTorch, which training needs, is not there, and fetches it: with
/// progress, on a thread of its own. What has come is kept when it is stopped. Not seen where it is there.
/// Where UADA_LIBTORCH names a folder without one, it says so and offers nothing.
class LibTorchBanner : public QWidget {
  Q_OBJECT
 public:
  /// Fetches LibTorch; tests give a fake.
  using Fetch = std::function<Fetched(bool cuda, const FetchListener& tell)>;
  /// Finds the folder of LibTorch; empty: it is not there. Tests give a fake.
  using Find = std::function<std::filesystem::path()>;
  explicit LibTorchBanner(
      const Workbench& workbench, QWidget* parent = nullptr,
      Fetch fetch = [](bool cuda,
                       const FetchListener& tell) { return fetchLibTorch(packageIndex(""), cuda, tell); },
      Find find = findLibTorch);

 Q_SIGNALS:
  void notice(const QString& text);  ///< it is there now

 private:
  void refresh();
  static QString words(const std::string& named);
  void begin(bool cuda);
  void show(const FetchProgress& progress);
  void finish(Fetched done);
  void fail(const QString& why);

  const Fetch fetch_;
  const Find find_;
  QString said_;  ///< how the last try ended; empty: there was none
  bool isClosed_ = false;
  QLabel* text_;
  QProgressBar* progress_;
  QPushButton *get_, *getForGpu_, *cancel_;
  QToolButton* close_;
  Background background_;  // last: its thread ends first
};

}  // namespace uada
