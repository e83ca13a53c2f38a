#pragma once

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string>
#include <vector>

namespace uada {

/// Another program with its output in a pipe; killed when this is destroyed. Not QProcess, which clang's
/// thread sanitizer does not survive.
class Child {
 public:
  explicit Child(const std::vector<std::string>& command) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return;
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
    std::vector<char*> words;
    for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    if (::posix_spawnp(&pid_, words[0], &actions, nullptr, words.data(), environ) != 0) pid_ = -1;
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    output_ = ::fdopen(ends[0], "r");
  }
  ~Child() {
    kill();
    wait();
    if (output_) std::fclose(output_);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// Waits for the next whole line; "" once the program has closed its output.
  std::string line() {
    std::string text;
    for (int c; output_ && (c = std::fgetc(output_)) != EOF;) {
      if (c == '\n') return text;
      text += static_cast<char>(c);
    }
    return "";
  }
  /// All that is still to come, until the program ends.
  std::string rest() {
    std::string text;
    for (int c; output_ && (c = std::fgetc(output_)) != EOF;) text += static_cast<char>(c);
    return text;
  }
  bool running() {
    if (pid_ > 0 && ::waitpid(pid_, &status_, WNOHANG) == pid_) pid_ = 0;
    return pid_ > 0;
  }
  void kill() { signal(SIGKILL); }
  void signal(int number) {
    if (pid_ > 0) ::kill(pid_, number);
  }
  /// The exit code; -1 if a signal ended it.
  int wait() {
    while (pid_ > 0 && ::waitpid(pid_, &status_, 0) < 0 && errno == EINTR) continue;
    if (pid_ > 0) pid_ = 0;
    return pid_ == 0 && WIFEXITED(status_) ? WEXITSTATUS(status_) : -1;
  }

 private:
  pid_t pid_ = -1;
  int status_ = 0;
  std::FILE* output_ = nullptr;
};

}  // namespace uada
