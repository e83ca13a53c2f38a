#include "widgets/panels/ops/PictureSource.h"

#include <fmt/core.h>

#include <QMetaObject>
#include <chrono>
#include <utility>

#include "core/base/Error.h"
#include "core/images/ImageIo.h"
#include "widgets/models/Numbers.h"

namespace uada {
namespace {

constexpr ImageLimits kLimits{.maxPixels = std::uint64_t{kMostOpsSide} * kMostOpsSide};

OpsPicture readFile(const std::filesystem::path& file) {
  OpsPicture picture;
  picture.image = readImage(file, kLimits);
  const int side = std::max(picture.image.width, picture.image.height);
  if (side > kMostOpsSide)
    throw Error(fmt::format("'{}' is {} x {} pixels; at most {} a side are shown here, scale it down",
                            file.string(), picture.image.width, picture.image.height, kMostOpsSide));
  picture.title = file.filename().string();
  picture.statistics = channelStatistics(*oneImageSet(picture.image));
  return picture;
}

bool isSameData(const PictureRequest& a, const PictureRequest& b) {
  return a.dataset == b.dataset && a.folder == b.folder && a.trainLimit == b.trainLimit;
}

QString subject(const PictureRequest& request) {
  return QString::fromStdString(request.file.empty() ? findDataset(request.dataset).title
                                                     : request.file.filename().string());
}

/// Sets image and title; throws Error if there is no such sample.
void showSample(OpsPicture& picture, const DatasetEntry& entry, std::uint32_t index) {
  if (index >= picture.data->size())
    throw Error(fmt::format("{} has no training sample {}: the last is {}", entry.title, index,
                            picture.data->size() - 1));
  picture.index = index;
  picture.image = Image(*picture.data->image(index));
  picture.title = sampleTitle(entry, *picture.data, index);
}

}  // namespace

std::string sampleTitle(const DatasetEntry& entry, const Dataset& data, std::uint32_t index) {
  const std::string name = className(classNamesOf(entry, data), data.label(index));
  return fmt::format("{}, training sample {}{}", entry.title, index, name.empty() ? "" : ": " + name);
}

OpsPicture readPicture(const PictureRequest& request, const OpsPicture& known, const Loading& loading) {
  if (!request.file.empty()) return readFile(request.file);
  const DatasetEntry& entry = findDataset(request.dataset);
  OpsPicture picture;
  picture.dataset = request.dataset;
  picture.trainLimit = request.trainLimit;
  picture.data = known.data;
  picture.statistics = known.statistics;
  if (!picture.data) {
    const std::filesystem::path folder = locateDataset(entry, request.folder);
    picture.data =
        subset(entry.load(folder, Split::train, loading), static_cast<std::size_t>(request.trainLimit));
    picture.statistics = channelStatistics(*picture.data);
  }
  showSample(picture, entry, request.index);
  return picture;
}

PictureSource::~PictureSource() {
  isStopped_ = true;
  if (thread_.joinable()) thread_.join();
}

void PictureSource::ask(const PictureRequest& request) {
  asked_ = request;
  ++number_;
  waiting_ = false;
  isStopped_ = true;  // start() begins anew
}

void PictureSource::read(const PictureRequest& request) {
  ask(request);
  waiting_ = isBusy();
  if (!waiting_) start();
}

/// Called on the thread.
Loading PictureSource::loadingOf(std::uint64_t number, const QString& text) {
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds kPause(200);
  Loading loading;
  loading.progress = [this, number, text, next = Clock::time_point()](std::size_t done,
                                                                      std::size_t all) mutable {
    if (const auto now = Clock::now(); now >= next) {
      next = now + kPause;
      const QString shown = tr("%1: %2 of %3 files").arg(text, countText(done), countText(all));
      QMetaObject::invokeMethod(
          this,
          [this, number, shown] {
            if (number == number_ && isBusy()) Q_EMIT started(shown);
          },
          Qt::QueuedConnection);
    }
    return !isStopped_;
  };
  return loading;
}

void PictureSource::start() {
  const bool reused = asked_.file.empty() && picture_.data && isSameData(asked_, request_);
  const QString text = tr("Reading %1").arg(subject(asked_));
  isStopped_ = false;
  Q_EMIT started(text);
  thread_ = std::thread([this, request = asked_, number = number_, known = reused ? picture_ : OpsPicture{},
                         loading = loadingOf(number_, text)] {
    std::variant<OpsPicture, QString> result;
    try {
      result = readPicture(request, known, loading);
    } catch (const std::exception& error) {
      result = QString::fromStdString(problemText(error, "the reading of " + subject(request).toStdString()));
    }
    QMetaObject::invokeMethod(
        this, [this, number, result = std::move(result)]() mutable { finish(number, std::move(result)); },
        Qt::QueuedConnection);
  });
}

void PictureSource::finish(std::uint64_t number, std::variant<OpsPicture, QString> result) {
  thread_.join();
  if (std::exchange(waiting_, false)) return start();
  if (number != number_) return;
  if (const QString* why = std::get_if<QString>(&result)) {
    Q_EMIT failed(*why);
    return;
  }
  picture_ = std::get<OpsPicture>(std::move(result));
  request_ = asked_;
  Q_EMIT loaded();
}

void PictureSource::use(OpsPicture picture) {
  ask({});
  if (picture.statistics.deviation == ChannelStatistics{}.deviation)
    picture.statistics = channelStatistics(*oneImageSet(picture.image));
  picture_ = std::move(picture);
  request_ = {};
  Q_EMIT loaded();
}

void PictureSource::refuse(const QString& why) {
  ask({});
  Q_EMIT failed(why);
}

void PictureSource::readSample(std::uint32_t index) {
  if (!picture_.data || request_.dataset.empty()) return;
  try {
    showSample(picture_, findDataset(request_.dataset), index);
  } catch (const Error& error) {
    return refuse(QString::fromUtf8(error.what()));
  }
  request_.index = index;
  ask(request_);
  Q_EMIT loaded();
}

}  // namespace uada
