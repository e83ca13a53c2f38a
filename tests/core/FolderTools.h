#pragma once

#include <QString>
#include <QTemporaryDir>
#include <chrono>
#include <filesystem>
#include <string>
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

}  // namespace uada::test
