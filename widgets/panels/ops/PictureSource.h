#pragma once

#include <QObject>
#include <QString>
#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <variant>

#include "core/data/Loading.h"
#include "widgets/panels/ops/OpsModel.h"

namespace uada {

/// The longest side of a picture that the view Ops takes, pixels.
constexpr int kMostOpsSide = 4096;

/// A picture to be had: a file, or a training image of a data set.
struct PictureRequest {
  std::filesystem::path file;    ///< a PNG or JPEG; empty: a sample
  std::string dataset;           ///< name in the catalogue
  std::filesystem::path folder;  ///< of the data set; empty: searched for
  int trainLimit = 0;            ///< DataSettings::trainLimit
  std::uint32_t index = 0;
  friend bool operator==(const PictureRequest&, const PictureRequest&) = default;
};

/// Reads the picture; a data set already read is used again. Throws Error in words for people.
/// known    what was read before; may be null
/// loading  of a data set: may be stopped, and told how far it is
OpsPicture readPicture(const PictureRequest& request, const OpsPicture& known, const Loading& loading = {});
/// "Fashion-MNIST, training sample 12: coat".
std::string sampleTitle(const DatasetEntry& entry, const Dataset& data, std::uint32_t index);

/// Reads pictures on a thread of its own, since a data set takes a second, and a folder of images that was
/// never opened before some minutes. Only the last one that was asked for counts, however it is had: what is
/// still being read for an older request is stopped and dropped. GUI thread.
class PictureSource : public QObject {
  Q_OBJECT
 public:
  using QObject::QObject;
  /// Stops the thread and waits for it.
  ~PictureSource() override;

  void read(const PictureRequest& request);
  /// Another sample of the data set that was read last; at once.
  void readSample(std::uint32_t index);
  /// A picture that is there already: dropped, or kept with a run.
  void use(OpsPicture picture);
  /// Something that cannot be used: as use(), but the picture stays.
  void refuse(const QString& why);
  bool isBusy() const { return thread_.joinable(); }
  const OpsPicture& picture() const { return picture_; }
  const PictureRequest& request() const { return request_; }  ///< of picture()
  const PictureRequest& asked() const { return asked_; }      ///< last; of a picture that was there: empty

 Q_SIGNALS:
  /// "Reading Fashion-MNIST"; then how far it is, "Reading Folder of images: 1,200 of 5,000 files", now and
  /// then
  void started(const QString& text);
  void loaded();  ///< picture()
  void failed(const QString& why);

 private:
  void ask(const PictureRequest& request);
  void start();
  Loading loadingOf(std::uint64_t number, const QString& text);
  void finish(std::uint64_t number, std::variant<OpsPicture, QString> result);

  OpsPicture picture_;
  PictureRequest request_, asked_;
  std::uint64_t number_ = 0;             ///< of asked_
  bool waiting_ = false;                 ///< asked_ is to be read once the thread is done
  std::atomic<bool> isStopped_ = false;  ///< what the thread reads is no longer wanted
  std::thread thread_;
};

}  // namespace uada
