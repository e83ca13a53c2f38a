#include "widgets/forms/PolicyLooks.h"

#include <chrono>
#include <utility>

#include "core/base/Error.h"

namespace uada {

static constexpr qint64 kFreshMs = 1000;
static constexpr std::size_t kMostThreads = 32;  // a path on a dead mount that is typed hangs once a letter
static constexpr std::chrono::milliseconds kPatience{10};

PolicyLooks::PolicyLooks(Read read, QObject* parent) : QObject(parent), read_(std::move(read)), back_(this) {}

PolicyLooks::~PolicyLooks() { back_.close(); }

const PolicyLooks::Look* PolicyLooks::at(const std::string& path) {
  Place& place = places_[path];
  const bool isFresh = place.look && !place.asked.hasExpired(kFreshMs);
  if (!place.thread && !isFresh && looking_ < kMostThreads) begin(path, place);
  return place.look ? &*place.look : nullptr;
}

// The top of the thread: the one place where its errors are caught.
void PolicyLooks::begin(const std::string& path, Place& place) {
  place.asked.start();
  ++looking_;
  place.thread.emplace(
      [path, read = read_, back = back_, to = this](const std::stop_token&) {
        Look look{{path, {}, {}, true}, {}};
        try {
          if (std::optional<PolicyFile> file = read(path))
            look.file = {path, std::move(file->sha256), std::move(file->text), true};
        } catch (const std::exception& error) {
          look.problem = problemText(error, "a policy file");
        }
        back.post([to, path, look = std::move(look)] { to->take(path, look); });
      },
      kPatience);
}

void PolicyLooks::take(const std::string& path, Look look) {
  Place& place = places_[path];
  place.thread.reset();
  --looking_;
  if (place.look == look) return;
  place.look = std::move(look);
  Q_EMIT found();
}

std::vector<PolicyFile> PolicyLooks::files() const {
  std::vector<PolicyFile> all;
  for (const auto& [path, place] : places_)
    if (place.look && place.look->problem.empty()) all.push_back(place.look->file);
  return all;
}

}  // namespace uada
