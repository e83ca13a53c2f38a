#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace uada::cli {

/// Where runs are kept unless --project says otherwise: in the current folder.
constexpr const char* kDefaultProject = "uada.uada";

/// What a command line asks for.
struct Request {
  bool json = false;
  std::function<int()> perform;  ///< returns the exit code; throws Error, or UsageError for wrong use
};

/// One option or argument of a verb.
class Option {
 public:
  explicit Option(CLI::Option* option) : option_(option) {}
  Option required();
  /// What holds without it, as the help shows it.
  Option usual(const std::string& shown);
  /// Not to be given together with the other.
  Option excludes(Option other);

 private:
  CLI::Option* option_;
};

/// A verb while it says what it takes, in the order of its help. Values are written when the command line is
/// read.
class Verb {
 public:
  explicit Verb(CLI::App* verb) : verb_(verb) {}

  Option argument(const char* name, std::string& value, const char* about);
  Option argument(const char* name, int& value, const char* about);
  /// Any number of them, also none; the last ones of the line.
  Option arguments(const char* name, std::vector<std::string>& values, const char* about);
  Option flag(const char* name, bool& value, const char* about);
  /// type  the word that stands for the value in the help: "FILE"
  Option text(const char* name, const char* type, std::string& value, const std::string& about);
  /// May be repeated.
  Option texts(const char* name, const char* type, std::vector<std::string>& values, const char* about);
  /// A whole number, or any finite one, from `least` to `most`; a name without dashes is an argument.
  Option number(const char* name, int& value, std::int64_t least, std::int64_t most, const char* about);
  Option number(const char* name, std::int64_t& value, std::int64_t least, std::int64_t most,
                const char* about);
  Option decimal(const char* name, const char* type, double& value, double least, double most,
                 const char* about);

  /// What several verbs take.
  Option project(std::string& file);
  Option sets(std::vector<std::string>& sets);
  /// usual  which device holds without it, in words
  Option device(std::string& name, const std::string& usual);
  Option quiet(bool& value);

 private:
  CLI::App* verb_;
};

/// Where verbs are added. Each stands in a file of app/cli/verbs with its options, and has a line in
/// verbs.def.
class Verbs {
 public:
  struct Text {
    const char *name, *about, *footer;
  };
  /// `chosen` is set when the command line names a verb of `parent`.
  Verbs(CLI::App* parent, std::optional<Request>& chosen) : parent_(parent), chosen_(chosen) {}

  /// describe  says what the verb takes; `json` of Options is given to every verb
  /// perform  does what the help says, prints, and returns the exit code
  template <class Options>
  void add(const Text& text, void (*describe)(Verb&, Options&), int (*perform)(const Options&)) {
    const auto options = std::make_shared<Options>();
    Verb verb = begin(text, options->json, [options, perform] { return perform(*options); });
    describe(verb, *options);
  }
  /// Verbs of two words: "queue add".
  Verbs group(const Text& text);

 private:
  Verb begin(const Text& text, bool& json, std::function<int()> perform);

  CLI::App* parent_;
  std::optional<Request>& chosen_;
};

/// The request in a command line. None: help or the version was asked for and printed.
/// Throws UsageError for anything that cannot be understood. The only user of CLI11 is behind it.
std::optional<Request> parse(int argc, char** argv);

}  // namespace uada::cli
