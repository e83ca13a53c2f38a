#include "app/cli/CommandLine.h"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <sstream>

#include "app/cli/Completion.h"
#include "app/cli/Values.h"
#include "core/base/Error.h"
#include "core/base/Printable.h"
#include "core/base/Text.h"

namespace uada::cli {

#define VERB(Name) void add##Name(Verbs& verbs);
#include "app/cli/verbs/verbs.def"
#undef VERB

namespace {

constexpr const char* kAbout =
    "UADA Workbench on the command line: trains image networks with adaptive data augmentation and compares "
    "it\n"
    "with what it is measured against.";
constexpr const char* kFooter =
    "Start with 'uada run demo', or 'uada VERB --help' for a verb's options and an example.\n"
    "Exit codes: 0 done, 1 failed, 2 wrong use, 129, 130 or 143 stopped by a signal after a checkpoint.";

/// One word a column, as in the usage line: no types, no "REQUIRED".
class PlainFormatter : public CLI::Formatter {
 public:
  std::string make_option_opts(const CLI::Option* option) const override {
    if (option->get_type_size() == 0) return "";
    std::string text =
        option->get_type_name().empty() || option->get_positional() ? "" : " " + option->get_type_name();
    if (!option->get_default_str().empty()) text += " (" + option->get_default_str() + ")";
    return text;
  }
};

void describe(CLI::App& app) {
  const auto formatter = std::make_shared<PlainFormatter>();
  formatter->column_width(32);
  formatter->label("Positionals", "Arguments");
  formatter->label("SUBCOMMAND", "VERB");
  app.formatter(formatter);
  app.footer(kFooter);
  app.require_subcommand(0, 1);
  app.set_help_flag("-h,--help", "Print this and exit");
  app.set_version_flag("--version", "uada " UADA_VERSION, "Print the version and exit");
  app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::Throw);
}

/// What is put before negative numbers, lest they be taken for options.
void dropShield(std::string& text) { text.erase(0, text.find_first_not_of(' ')); }

/// Refuses all but a whole number in the range, also what 64 bits cannot hold: CLI11 would take the greatest
/// number that they can.
CLI::Validator wholeNumber(std::int64_t least, std::int64_t most) {
  const auto check = [least, most](std::string& text) -> std::string {
    dropShield(text);
    std::int64_t number = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (problem == std::errc() && end == text.data() + text.size() && number >= least && number <= most)
      return {};
    return fmt::format("a whole number from {} to {} is wanted, '{}' found", least, most, quotable(text));
  };
  return CLI::Validator(check, "");
}

/// The same for any number: none of them is NaN or infinite.
CLI::Validator anyNumber(double least, double most) {
  const auto check = [least, most](std::string& text) -> std::string {
    dropShield(text);
    const auto value = numberIn(text);
    if (value && *value >= least && *value <= most) return {};
    return fmt::format("a number from {:g} to {:g} is wanted, '{}' found", least, most, quotable(text));
  };
  return CLI::Validator(check, "");
}

std::vector<std::string> verbNames(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* verb : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(verb->get_name());
  return names;
}

/// CLI11 takes "-30" for an option; with a space before it is a value, and reads the same as a number.
std::vector<std::string> shieldNumbers(int argc, char** argv) {
  std::vector<std::string> arguments;
  for (int i = argc - 1; i > 0; --i) {  // CLI11 wants them last first
    const std::string text = argv[i];
    const bool number = text.size() > 1 && text[0] == '-' && numberIn(text);
    arguments.push_back(number ? " " + text : text);
  }
  return arguments;
}

std::string withoutNewlines(std::string text) {
  for (char& c : text)
    if (c == '\n') c = ' ';
  while (!text.empty() && (text.back() == ' ' || text.back() == '.')) text.pop_back();
  return text;
}

/// The option of the verb that is nearest to one that it does not have.
std::string optionSuggestion(const CLI::App& verb, int argc, char** argv) {
  std::vector<std::string> known;
  for (const CLI::Option* option : verb.get_options())
    for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
  for (int i = 1; i < argc; ++i) {
    const std::string_view given(argv[i]);
    const std::string name(given.substr(0, given.find('=')));
    if (!name.starts_with("--") || std::ranges::find(known, name) != known.end()) continue;
    return suggestion(name, known);
  }
  return "";
}

/// "NUMBER: 'two' cannot be read as one" of "Could not convert: NUMBER = two".
std::string conversionText(std::string_view what) {
  const auto name = what.find(": "), value = what.find(" = ");
  if (name == what.npos || value == what.npos || value < name) return withoutNewlines(std::string(what));
  return fmt::format("{}: '{}' found, a number expected", what.substr(name + 2, value - name - 2),
                     quotable(what.substr(value + 3)));
}

/// What the command line names, as far as it can be told: a verb, a group of verbs or the program.
struct Named {
  const CLI::App* app;
  std::string words;  ///< "uada eval seg"
  int count = 0;      ///< of the words behind the program's name
};
Named namedBy(const CLI::App& program) {
  Named named{&program, program.get_name()};
  while (!named.app->get_subcommands().empty()) {
    named.app = named.app->get_subcommands().front();
    named.words += " " + named.app->get_name();
    ++named.count;
  }
  return named;
}

std::string problemOf(const CLI::ParseError& error, const CLI::App& app, int argc, char** argv) {
  const Named named = namedBy(app);
  const std::vector<std::string> known = verbNames(*named.app);
  const char* next = named.count + 1 < argc ? argv[named.count + 1] : nullptr;
  if (!known.empty() && next && next[0] != '-')
    return fmt::format("unknown verb '{}'{}; known: {}{}", quotable(next),
                       named.count == 0 ? "" : " of '" + named.words + "'", joined(known, " "),
                       suggestion(next, known));
  if (!known.empty() && !next)
    return fmt::format("'{0}' needs one of the verbs {1} (see '{0} --help')", named.words,
                       joined(known, ", "));
  return fmt::format("{} (see '{} --help'{})", withoutNewlines(error.what()), named.words,
                     optionSuggestion(*named.app, argc, argv));
}

template <class Number>
Option addNumber(CLI::App* verb, const char* name, Number& value, std::int64_t least, std::int64_t most,
                 const char* about) {
  return Option(verb->add_option(name, value, about)->type_name("N")->check(wholeNumber(least, most)));
}

}  // namespace

Option Option::required() {
  option_->required();
  return *this;
}

Option Option::usual(const std::string& shown) {
  option_->default_str(shown);
  return *this;
}

Option Option::excludes(Option other) {
  option_->excludes(other.option_);
  return *this;
}

Option Verb::argument(const char* name, std::string& value, const char* about) {
  return Option(verb_->add_option(name, value, about));
}

Option Verb::argument(const char* name, int& value, const char* about) {
  return Option(verb_->add_option(name, value, about));
}

Option Verb::flag(const char* name, bool& value, const char* about) {
  return Option(verb_->add_flag(name, value, about));
}

Option Verb::text(const char* name, const char* type, std::string& value, const std::string& about) {
  return Option(verb_->add_option(name, value, about)->type_name(type));
}

Option Verb::texts(const char* name, const char* type, std::vector<std::string>& values, const char* about) {
  return Option(verb_->add_option(name, values, about)->type_name(type)->take_all()->allow_extra_args(false));
}

Option Verb::arguments(const char* name, std::vector<std::string>& values, const char* about) {
  return Option(verb_->add_option(name, values, about)->type_name("")->take_all());
}

Option Verb::number(const char* name, int& value, std::int64_t least, std::int64_t most, const char* about) {
  return addNumber(verb_, name, value, least, most, about);
}

Option Verb::number(const char* name, std::int64_t& value, std::int64_t least, std::int64_t most,
                    const char* about) {
  return addNumber(verb_, name, value, least, most, about);
}

Option Verb::decimal(const char* name, const char* type, double& value, double least, double most,
                     const char* about) {
  return Option(verb_->add_option(name, value, about)->type_name(type)->check(anyNumber(least, most)));
}

Option Verb::project(std::string& file) {
  return text("--project", "FILE", file, "Project file").usual(file);
}

Option Verb::sets(std::vector<std::string>& sets) {
  return texts("--set", "KEY=VALUE", sets,
               "Change a setting of the experiment, recipe.KEY in each of its recipes; may be repeated");
}

Option Verb::device(std::string& name, const std::string& usual) {
  return text("--device", "NAME", name, "auto, cpu, cuda or cuda:N; default: " + usual);
}

Option Verb::quiet(bool& value) { return flag("--quiet", value, "No progress, only results and errors"); }

Verb Verbs::begin(const Text& text, bool& json, std::function<int()> perform) {
  CLI::App* verb = parent_->add_subcommand(text.name, text.about);
  verb->group("Verbs");
  verb->footer(text.footer);
  verb->add_flag("--json", json, "One JSON object a line on standard output, text on standard error");
  verb->final_callback(
      [&chosen = chosen_, &json, perform = std::move(perform)] { chosen = Request{json, perform}; });
  return Verb(verb);
}

Verbs Verbs::group(const Text& text) {
  CLI::App* group = parent_->add_subcommand(text.name, text.about);
  group->group("Verbs");
  group->footer(text.footer);
  group->require_subcommand(1);
  return {group, chosen_};
}

namespace {

/// 'uada complete WORD...', which shells call: words may be anything, so that CLI11 does not read them.
Request completion(const CLI::App& app, int argc, char** argv) {
  const std::string lines = candidateLines(app, {argv + 2, argv + argc});
  return {false, [lines] {
            std::fputs(lines.c_str(), stdout);
            return 0;
          }};
}

}  // namespace

std::optional<Request> parse(int argc, char** argv) {
  if (argc < 2)
    throw UsageError("what is to be done? For example 'uada run demo'; 'uada --help' lists the verbs");
  CLI::App app(kAbout, "uada");
  describe(app);
  std::optional<Request> chosen;
  Verbs verbs(&app, chosen);
#define VERB(Name) add##Name(verbs);
#include "app/cli/verbs/verbs.def"
#undef VERB
  if (std::string_view(argv[1]) == "complete") return completion(app, argc, argv);
  try {
    app.parse(shieldNumbers(argc, argv));
  } catch (const CLI::Success& success) {  // --help, --version
    std::ostringstream text;
    app.exit(success, text, text);
    std::fputs(text.str().c_str(), stdout);
    return std::nullopt;
  } catch (const CLI::ConversionError& error) {
    throw UsageError(conversionText(error.what()));
  } catch (const CLI::ParseError& error) {
    throw UsageError(problemOf(error, app, argc, argv));
  }
  return chosen;
}

}  // namespace uada::cli
