#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>

#include "app/cli/CommandLine.h"
#include "app/cli/Console.h"
#include "core/base/Error.h"
#include "core/base/Printable.h"

namespace {

using namespace uada;

int perform(const cli::Request& request) {
  const int code = request.perform();
  if (code == 0)
    cli::finishOutput();
  else  // it is said already what went wrong; what is still to be written may have no reader
    ::signal(SIGPIPE, SIG_IGN);
  return code;
}

/// Whether --json was asked for, when the command line itself could not be read.
bool mentionsJson(int argc, char** argv) {
  return std::any_of(argv, argv + argc,
                     [](const char* argument) { return std::string_view(argument) == "--json"; });
}

/// A closed standard stream gives its number to the next file that is opened, which would then get what is
/// printed. Opened the wrong way round it stays closed to all use.
void keepStandardFiles() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(fd, F_GETFD) < 0)
      static_cast<void>(::open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY));
}

/// What was being done: "'uada run big.json'".
std::string commandText(int argc, char** argv) {
  constexpr std::size_t kMost = 200;  // bytes
  std::string text = "uada";
  for (int i = 1; i < argc; ++i) text += std::string(" ") + argv[i];
  return "'" + oneLine(text, kMost) + "'";
}

int fail(const std::string& message, bool json, int code) {
  cli::printProblem(message);
  cli::Console(json).object("error", Json(Json::Object{{"message", Json(printable(message))}}));
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  // Spinning OpenMP threads made training 2 to 13 times slower when a core was busy; read when libgomp loads.
  ::setenv("OMP_WAIT_POLICY", "passive", 0);
  keepStandardFiles();
  ::signal(SIGXFSZ, SIG_IGN);  // a file over the limit on sizes is an error like a full disk, not the end
  bool json = mentionsJson(argc, argv);
  try {
    const auto request = cli::parse(argc, argv);
    if (!request) {
      cli::finishOutput();
      return EXIT_SUCCESS;
    }
    json = request->json;
    return perform(*request);
  } catch (const UsageError& error) {
    return fail(error.what(), json, 2);
  } catch (const std::exception& error) {
    return fail(problemText(error, commandText(argc, argv)), json, 1);
  }
}
