#include "core/store/WorkingTree.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <vector>

#include "core/base/Error.h"
#include "core/base/Files.h"
#include "core/base/Text.h"
#include "core/store/Project.h"
#include "git_version.h"

extern char** environ;

namespace uada {
namespace {

constexpr std::chrono::seconds kGitPatience(5);
constexpr std::string_view kCutMark = "# cut: the first ";

struct GitSaid {
  std::string text;       ///< the first kMostTreeChanges bytes
  std::size_t bytes = 0;  ///< of all
  bool isWhole = false;   ///< it ended by itself, without an error
};

/// Reads until the end, or until it takes too long.
void readGit(int from, GitSaid& said) {
  const auto end = std::chrono::steady_clock::now() + kGitPatience;
  char buffer[1 << 16];
  for (;;) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    pollfd ready{.fd = from, .events = POLLIN, .revents = 0};
    if (left.count() <= 0 || ::poll(&ready, 1, static_cast<int>(left.count())) == 0) return;
    const ssize_t got = ::read(from, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) {
      said.isWhole = got == 0;
      return;
    }
    const auto count = static_cast<std::size_t>(got);
    const std::size_t room = kMostTreeChanges + 1 - std::min(said.text.size(), kMostTreeChanges + 1);
    said.text.append(buffer, std::min(count, room));
    said.bytes += count;
  }
}

/// What git says of a tree. Nothing in the tree's configuration makes it run another program.
GitSaid askGit(const std::filesystem::path& tree, const std::vector<std::string>& what) {
  std::vector<std::string> words{"git", "--no-optional-locks", "-C", tree.string(),
                                 "-c",  "core.fsmonitor=false"};
  words.insert(words.end(), what.begin(), what.end());
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  GitSaid said;
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return said;
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  pid_t process = 0;
  const int failed = ::posix_spawnp(&process, "git", &actions, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  if (!failed) {
    readGit(ends[0], said);
    if (!said.isWhole) ::kill(process, SIGKILL);
    int status = 0;
    while (::waitpid(process, &status, 0) < 0 && errno == EINTR) {
    }
    said.isWhole = said.isWhole && WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }
  ::close(ends[0]);
  return said;
}

/// A line for each file that no commit and no index has.
std::string unknownFiles(const std::string& names) {
  std::string text;
  for (std::size_t start = 0; start < names.size();) {
    const std::size_t end = std::min(names.find('\0', start), names.size());
    text += "# not in git: " + names.substr(start, end - start) + '\n';
    start = end + 1;
  }
  return text;
}

std::string lineOfCut(std::size_t kept, std::size_t all) {
  return fmt::format("{}{} of {} bytes\n", kCutMark, groupedText(static_cast<long long>(kept)),
                     groupedText(static_cast<long long>(all)));
}

}  // namespace

std::optional<TreeChanges> changesOf(const std::filesystem::path& tree) {
  std::error_code ignored;
  if (tree.empty() || !std::filesystem::exists(tree / ".git", ignored)) return {};
  GitSaid said = askGit(tree, {"diff", "HEAD", "--no-color", "--no-ext-diff", "--no-textconv"});
  if (!said.isWhole) return {};
  const GitSaid others = askGit(tree, {"ls-files", "--others", "--exclude-standard", "-z"});
  const std::string more = others.isWhole ? unknownFiles(others.text) : "";
  TreeChanges changes{std::move(said.text), said.bytes + more.size()};
  if (changes.bytes == 0) return {};
  if (said.bytes <= kMostTreeChanges) changes.text += more;
  if (changes.text.size() <= kMostTreeChanges) return changes;
  changes.isCut = true;
  changes.text.resize(kMostTreeChanges);
  changes.text.erase(changes.text.rfind('\n') + 1);  // without a line: all of it
  changes.text += lineOfCut(changes.text.size(), changes.bytes);
  return changes;
}

const std::optional<TreeChanges>& changesOfThisProgram() {
  static const std::optional<TreeChanges> changes = [] {
    const char* const named = std::getenv("UADA_SOURCE_TREE");
    return changesOf(named ? named : UADA_SOURCE);
  }();
  return changes;
}

std::filesystem::path changesFile(const std::filesystem::path& project, const std::string& key, int attempt) {
  return runFolder(project, key) / fmt::format("source-changes-{}.diff", attempt);
}

std::string changesText(const std::filesystem::path& file) {
  std::string text;
  try {
    text = readTextFile(file, 2 * kMostTreeChanges);
  } catch (const Error&) {  // there is none
    return {};
  }
  if (const std::size_t cut = text.rfind(kCutMark);
      cut != std::string::npos && text.find('\n', cut) + 1 == text.size())
    return "the first " + text.substr(cut + kCutMark.size(), text.size() - cut - kCutMark.size() - 1);
  return groupedText(static_cast<long long>(text.size())) + " bytes";
}

}  // namespace uada
