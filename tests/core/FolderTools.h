#pragma once

#include <QString>
#include <QTemporaryDir>
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/Files.h"
#include "core/data/Dataset.h"
#include "core/images/ImageIo.h"

namespace uada::test {

/// An image whose pixels tell its number.
inline Image numbered(int number, int width = 6, int height = 5) {
  Image image(width, height);
  for (std::size_t i = 0; i < image.rgb.size(); ++i)
    image.rgb[i] = static_cast<std::uint8_t>(37 * number + 5 * static_cast<int>(i));
  return image;
}

/// A folder for sets of image files, and a cache folder of its own, which the environment names meanwhile.
class ImageFolder {
 public:
  ImageFolder() : cache_(qgetenv("XDG_CACHE_HOME")) {
    qputenv("XDG_CACHE_HOME", (folder_.path() + "/cache").toUtf8());
  }
  ~ImageFolder() { cache_.isNull() ? qunsetenv("XDG_CACHE_HOME") : qputenv("XDG_CACHE_HOME", cache_); }

  std::filesystem::path dir() const { return folder_.path().toStdString() + "/data"; }
  std::filesystem::path indexes() const { return folder_.path().toStdString() + "/cache/uada/index"; }

  void add(const std::string& name, const Image& image) const {
    std::filesystem::create_directories((dir() / name).parent_path());
    writePng(dir() / name, image.view());
  }
  void addText(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((dir() / name).parent_path());
    writeFileAtomically(dir() / name, text);
  }
  /// Two classes with two training images and a test image each; b's images are larger.
  void addClasses() const {
    add("train/b/2.png", numbered(3, 9, 7));
    add("train/b/1.png", numbered(2, 9, 7));
    add("train/a/x.png", numbered(0));
    add("train/a/y.PNG", numbered(1));
    add("val/b/3.png", numbered(5));
    add("val/a/z.png", numbered(4));
  }

 private:
  QTemporaryDir folder_;
  QByteArray cache_;
};

/// How a data set was opened.
struct Opened {
  std::shared_ptr<const Dataset> data;
  std::size_t lookedAt = 0;  ///< files
  std::vector<std::string> notes;
  bool says(std::string_view text) const {
    return std::ranges::any_of(notes, [&](const std::string& n) { return n.find(text) != n.npos; });
  }
};

inline Opened opened(const char* entry, const std::filesystem::path& dir, Split split, bool skips = false) {
  Opened result;
  Loading loading;
  loading.skipsDamaged = skips;
  loading.threads = 2;
  loading.progress = [&](std::size_t, std::size_t all) {
    result.lookedAt = all;
    return true;
  };
  loading.note = [&](const std::string& text) { result.notes.push_back(text); };
  result.data = findDataset(entry).load(dir, split, loading);
  return result;
}

/// The numbers of the images, by their first pixels.
inline std::vector<int> numbersOf(const Dataset& data) {
  std::vector<int> numbers;
  for (std::uint32_t i = 0; i < data.size(); ++i) {
    const ImageSize size = data.imageSize(i);
    const Held<ImageView> image = data.image(i);
    for (int n = 0; n < 12; ++n)
      if (Image(*image) == numbered(n, size.width, size.height)) numbers.push_back(n);
  }
  return numbers;
}

}  // namespace uada::test
