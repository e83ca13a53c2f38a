#include "widgets/panels/LibTorchBanner.h"

#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>
#include <chrono>
#include <filesystem>

#include "core/base/Printable.h"
#include "core/base/Text.h"
#include "core/libtorch/Pins.h"
#include "core/libtorch/Place.h"
#include "widgets/models/Words.h"
#include "widgets/panels/BannerFrame.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

namespace uada {

static constexpr int kParts = 1000;  // of the progress bar

LibTorchBanner::LibTorchBanner(const Workbench& workbench, QWidget* parent, Fetch fetch, Find find)
    : QWidget(parent),
      fetch_(std::move(fetch)),
      find_(std::move(find)),
      text_(new QLabel),
      progress_(new QProgressBar),
      get_(new QPushButton(tr("Fetch LibTorch"))),
      getForGpu_(new QPushButton(tr("Fetch with GPU part"))),
      cancel_(new QPushButton(tr("Cancel"))) {
  setObjectName("libTorch");
  BannerFrame frame(*this);
  frame.icon->setPixmap(workbench.theme.icon("idle", workbench.theme.colour("warning"))
                            .pixmap(BannerFrame::kIcon, BannerFrame::kIcon));
  auto* title = new QLabel(tr("<b>LibTorch is not there: nothing can be trained yet</b>"));
  title->setTextFormat(Qt::RichText);
  frame.words->addWidget(title);
  frame.words->addWidget(text_);
  frame.words->addWidget(progress_);
  frame.add({get_, getForGpu_, cancel_});
  close_ = frame.addClose(workbench.theme);
  text_->setObjectName("libTorchText");
  text_->setTextFormat(Qt::PlainText);
  text_->setWordWrap(true);
  text_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  progress_->setObjectName("libTorchProgress");
  progress_->setTextVisible(false);
  progress_->setAccessibleName(tr("How much of LibTorch has come"));
  get_->setObjectName("libTorchGet");
  get_->setToolTip(tr("Fetch LibTorch %1 for the CPU, half a GB, as 'uada libtorch get' does")
                       .arg(QString::fromStdString(pinnedLibTorch())));
  getForGpu_->setObjectName("libTorchGetForGpu");
  getForGpu_->setToolTip(tr("Also what it takes to train on an NVIDIA GPU: 2.5 GB together"));
  cancel_->setObjectName("libTorchCancel");
  cancel_->setToolTip(tr("Stop; what has come is kept"));
  connect(get_, &QPushButton::clicked, this, [this] { begin(false); });
  connect(getForGpu_, &QPushButton::clicked, this, [this] { begin(true); });
  connect(cancel_, &QPushButton::clicked, this, [this] {
    background_.drop();
    finish(Fetched::stopped);
  });
  connect(close_, &QToolButton::clicked, this, [this] {
    isClosed_ = true;
    refresh();
  });
  connect(&background_, &Background::failed, this, &LibTorchBanner::fail);
  const Session& session = workbench.session;
  connect(&session, &Session::projectChanged, this, &LibTorchBanner::refresh);
  connect(&session, &Session::stateChanged, this, [this, &session] {
    if (!session.failed().why.isEmpty()) isClosed_ = false;  // somebody wanted to train
    refresh();
  });
  refresh();
}

void LibTorchBanner::refresh() {
  const bool isBusy = background_.isBusy();
  setVisible(isBusy || (!isClosed_ && find_().empty()));
  if (isHidden()) return;
  const std::string named = namedLibTorch();
  const bool isOffered = !isBusy && named.empty();  // what is fetched would not be used
  std::error_code none;
  get_->setVisible(isOffered);
  getForGpu_->setVisible(isOffered && std::filesystem::exists("/dev/nvidiactl", none));
  close_->setVisible(!isBusy);
  cancel_->setVisible(isBusy);
  progress_->setVisible(isBusy);
  if (!isBusy) text_->setText(said_.isEmpty() ? words(named) : said_);
}

QString LibTorchBanner::words(const std::string& named) {
  if (!named.empty())
    return tr("UADA_LIBTORCH names %1, and no LibTorch is there. Set it to the folder 'torch' of one, or "
              "unset it, and start the window again.")
        .arg(q(quotable(named)));
  return tr("Projects can be looked at, and all else works. It would be fetched into %1.")
      .arg(q(libTorchHome().string()));
}

void LibTorchBanner::begin(bool cuda) {
  background_.ask(
      [this, cuda](const std::stop_token& stop) {
        constexpr auto kPause = std::chrono::milliseconds(100);  // it is told for every piece that comes
        std::chrono::steady_clock::time_point told{};
        return fetch_(cuda, [&](const FetchProgress& progress) {
          const auto now = std::chrono::steady_clock::now();
          if (now - told >= kPause) {
            told = now;
            background_.tell(stop, [this, progress] { show(progress); });
          }
          return !stop.stop_requested();
        });
      },
      [this](Fetched done) { finish(done); });
  text_->setText(tr("Asking the index ..."));
  progress_->setRange(0, 0);
  refresh();
}

void LibTorchBanner::show(const FetchProgress& progress) {
  const auto done = static_cast<double>(progress.done), total = static_cast<double>(progress.total);
  progress_->setRange(0, total > 0 ? kParts : 0);
  if (total > 0) progress_->setValue(static_cast<int>(kParts * done / total));
  const QString size =
      total > 0 ? tr("%1 of %2").arg(q(bytesText(done)), q(bytesText(total))) : q(bytesText(done));
  text_->setText(QString::fromStdString(progress.what) + ": " + size);
}

void LibTorchBanner::finish(Fetched done) {
  if (done == Fetched::stopped) return fail(tr("Stopped. What has come is kept; it goes on from there."));
  said_.clear();
  refresh();
  if (isHidden()) Q_EMIT notice(tr("LibTorch is there now: runs can be trained."));
}

void LibTorchBanner::fail(const QString& why) {
  said_ = why;
  refresh();
}

}  // namespace uada
