#include "app/cli/bench/Reference.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "app/cli/bench/ReferenceScript.h"
#include "core/base/Error.h"

extern char** environ;

namespace uada::cli {
namespace {

using Library = Reference::Library;

/// How its answers begin: whatever else says something is not our script.
constexpr std::string_view kAnswer = "uada ";

const char* keyOf(Library library) {
  constexpr const char* keys[] = {"pillow", "numpy", "torchvision", "opencv", "albumentations"};
  return keys[static_cast<int>(library)];
}
const char* nameOf(Library library) {
  if (library == Library::opencv) return "OpenCV";
  return library == Library::pillow ? "Pillow" : keyOf(library);
}
constexpr Library kLibraries[] = {Library::pillow, Library::numpy, Library::torchvision, Library::opencv,
                                  Library::albumentations};

/// versions  as the child says at the start: null for what is missing
bool has(const Json& versions, Library library) {
  const Json* version = versions.find(keyOf(library));
  return version && version->isString();
}

std::vector<std::string> candidates() {
  if (const char* chosen = std::getenv("UADA_PYTHON"))
    return *chosen ? std::vector<std::string>{chosen} : std::vector<std::string>{};
  return {"python3", "/usr/bin/python3"};
}

/// The environment with one thread for whatever numpy or torch are built on.
std::vector<std::string> singleThreaded() {
  std::vector<std::string> all;
  for (char** entry = environ; *entry; ++entry)
    if (std::strncmp(*entry, "OMP_NUM_THREADS=", 16) != 0) all.emplace_back(*entry);
  all.emplace_back("OMP_NUM_THREADS=1");
  return all;
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> all;
  for (std::string& word : words) all.push_back(word.data());
  all.push_back(nullptr);
  return all;
}

constexpr int kPatience = 60;  ///< seconds: to import torch from a slow disk takes some
constexpr std::size_t kLongestLine = 1 << 20;
constexpr std::int64_t kMostBytes = 1 << 30;

}  // namespace

/// A running Python with our end of its standard input and output.
class Reference::Child {
 public:
  explicit Child(const std::string& python) {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
      throw Error(fmt::format("cannot make a socket: {}", std::strerror(errno)));
    socket_ = ends[0];
    const timeval patience{.tv_sec = kPatience, .tv_usec = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    std::vector<std::string> words{python, "-c", kReferenceScript}, environment = singleThreaded();
    const int failed = ::posix_spawnp(&pid_, python.c_str(), &actions, nullptr, pointers(words).data(),
                                      pointers(environment).data());
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    if (failed) pid_ = 0;
  }
  ~Child() {
    ::close(socket_);
    if (!pid_) return;
    ::kill(pid_, SIGKILL);  // it has nothing to lose, and may not heed the end of its input
    ::waitpid(pid_, nullptr, 0);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  Answer ask(Json command, std::span<const std::uint8_t> data = {});

 private:
  /// All three: false if the child is gone, or silent for kPatience.
  bool send(const void* data, std::size_t bytes) {
    for (const char* at = static_cast<const char*>(data); bytes > 0;) {
      const ssize_t sent = ::send(socket_, at, bytes, MSG_NOSIGNAL);
      if (sent < 0 && errno == EINTR) continue;
      if (sent <= 0) return false;
      at += sent;
      bytes -= static_cast<std::size_t>(sent);
    }
    return true;
  }
  bool receive(void* data, std::size_t bytes) {
    for (char* at = static_cast<char*>(data); bytes > 0;) {
      const ssize_t got = ::recv(socket_, at, bytes, 0);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return false;
      at += got;
      bytes -= static_cast<std::size_t>(got);
    }
    return true;
  }
  bool receiveLine(std::string& line) {
    line.clear();
    for (char c = 0; line.size() < kLongestLine && receive(&c, 1);) {
      if (c == '\n') return true;
      line += c;
    }
    return false;
  }

  int socket_ = -1;
  pid_t pid_ = 0;
};

/// A command and its answer.
Reference::Answer Reference::Child::ask(Json command, std::span<const std::uint8_t> data) {
  command["bytes"] = static_cast<std::int64_t>(data.size());
  const std::string line = command.dump() + '\n';
  Answer answer;
  std::string head;
  errno = 0;
  if (!send(line.data(), line.size()) || !send(data.data(), data.size()) || !receiveLine(head)) {
    answer.problem = errno == EAGAIN ? fmt::format("gave no answer in {} s", kPatience) : "ended";
    return answer;
  }
  if (!head.starts_with(kAnswer)) {
    answer.problem = "said something else";
    return answer;
  }
  answer.head = parseJson(std::string_view(head).substr(kAnswer.size()), "the reference in Python");
  if (const Json* error = answer.head.find("error")) answer.problem = error->asString();
  const Json* bytes = answer.head.find("bytes");
  if (!bytes || !bytes->isInt() || bytes->asInt() < 0 || bytes->asInt() > kMostBytes) {
    answer.problem = "said something else";
    return answer;
  }
  answer.data.resize(static_cast<std::size_t>(bytes->asInt()));
  if (!receive(answer.data.data(), answer.data.size())) answer.problem = "ended";
  return answer;
}

Reference::Reference() {
  problem_ = "no Python, as UADA_PYTHON says";
  int best = -1;
  for (const std::string& python : candidates()) {
    auto child = std::make_unique<Child>(python);
    const Answer hello = child->ask(Json::Object{{"do", "hello"}});
    if (!hello.problem.empty()) {
      if (!child_) problem_ = fmt::format("'{}' does not run as Python", python);
      continue;
    }
    int worth = 0;
    for (const Library library : kLibraries) worth += has(hello.head, library);
    if (worth <= best) continue;
    best = worth;
    child_ = std::move(child);
    versions_ = hello.head;
    python_ = python;
    problem_.clear();
  }
}

Reference::~Reference() = default;

std::string Reference::absence(std::initializer_list<Library> needed) const {
  if (!problem_.empty()) return problem_;
  for (const Library library : needed)
    if (!has(versions_, library))
      return fmt::format("the Python '{}' has no {}; UADA_PYTHON names another", python_, nameOf(library));
  return {};
}

std::string Reference::title(Library library) const {
  return has(versions_, library)
             ? fmt::format("{} {}", nameOf(library), versions_.at(keyOf(library)).asString())
             : "";
}

std::string Reference::summary() const {
  if (!problem_.empty()) return problem_;
  std::string text = fmt::format("Python {} ({})", versions_.at("python").asString(), python_);
  for (const Library library : kLibraries)
    text += has(versions_, library) ? ", " + title(library) : fmt::format(", no {}", nameOf(library));
  return text;
}

Reference::Answer Reference::ask(Json command, std::span<const std::uint8_t> data) {
  if (!child_) return {problem_, {}, {}};
  return child_->ask(std::move(command), data);
}

void Reference::show(const ResidentDataset& data) {
  const ImageSize size{data.width, data.height};
  if (shown_ == size || !child_) return;
  const Answer answer =
      ask(Json::Object{{"do", "images"}, {"width", size.width}, {"height", size.height}}, data.rgb);
  if (!answer.problem.empty()) throw Error(fmt::format("the reference in Python: {}", answer.problem));
  shown_ = size;
}

Arm Reference::arm() {
  return {[this](long calls) {
    const Answer answer = ask(Json::Object{{"do", "block"}, {"calls", std::int64_t{calls}}});
    if (!answer.problem.empty()) throw Error(fmt::format("the reference in Python: {}", answer.problem));
    return answer.head.at("seconds").asDouble();
  }};
}

}  // namespace uada::cli
