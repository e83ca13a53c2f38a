#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "app/cli/bench/Measure.h"
#include "core/base/Json.h"
#include "core/data/ResidentDataset.h"

namespace uada::cli {

/// The same work in Python (reference.py, which is compiled into the program): a child process with one
/// thread that prepares what it is told, then runs blocks of it. UADA_PYTHON names the Python; empty: none.
/// Unset: of python3 on PATH and /usr/bin/python3 the one that has more of the libraries.
class Reference {
 public:
  struct Answer {
    std::string problem;  ///< in words; empty: it worked
    Json head;
    std::vector<std::uint8_t> data;
  };
  enum class Library { pillow, numpy, torchvision, opencv, albumentations };

  Reference();
  ~Reference();
  Reference(const Reference&) = delete;
  Reference& operator=(const Reference&) = delete;

  /// Why there is no reference, in words; empty: there is one.
  std::string absence(std::initializer_list<Library> needed) const;
  /// "Pillow 9.4.0"
  std::string title(Library library) const;
  /// What was found, in words.
  std::string summary() const;

  /// Hands over a command and the bytes that follow it, and waits for the answer.
  Answer ask(Json command, std::span<const std::uint8_t> data = {});
  /// Hands over the images unless images of their size are there.
  void show(const ResidentDataset& data);
  /// Blocks of what was prepared last.
  Arm arm();

 private:
  class Child;
  std::unique_ptr<Child> child_;
  std::string python_, problem_;
  Json versions_;
  ImageSize shown_;
};

}  // namespace uada::cli
