#include "app/cli/Completion.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstring>
#include <functional>
#include <map>
#include <sstream>

#include "app/cli/CommandLine.h"
#include "app/cli/Places.h"
#include "core/augment/Space.h"
#include "core/augment/found/Library.h"
#include "core/base/Error.h"
#include "core/base/Printable.h"
#include "core/data/Dataset.h"
#include "core/engine/methods/MethodEntry.h"
#include "core/engine/models/Model.h"
#include "core/ops/Op.h"
#include "core/store/Project.h"

namespace uada::cli {
namespace {

using Names = std::vector<std::string>;

template <class Entries>
Names namesOf(const Entries& entries) {
  Names names;
  for (const auto& entry : entries) names.push_back(entry.name);
  return names;
}

Names runsOf(const std::string& project) {
  Names titles;
  for (const auto& run : ProjectReader(project).runs())
    titles.push_back(isPlainLine(run.title) ? run.title : run.key);
  return titles;
}

Names policiesOfAllKinds() {
  Names names = namesOf(policies());
  for (std::string& name : policyNames()) names.push_back(std::move(name));
  return names;
}

Names experimentNames() {
  Names names;
  for (const ExperimentFile& file : experimentFiles()) names.push_back(file.name);
  return names;
}

/// The values that a word of the help stands for: the name of an argument, of an option, or of an option's
/// kind of value. What is not here is a file, a number or anything.
Names namedBy(const std::string& word, const std::string& project) {
  static const std::map<std::string, std::function<Names()>> known{
      {"ACTION", [] { return Names{"get"}; }},
      {"OP", [] { return namesOf(ops()); }},
      {"OP[,OP2]", [] { return namesOf(ops()); }},
      {"DATASET", [] { return namesOf(datasets()); }},
      {"EXPERIMENT", experimentNames},
      {"--dataset", [] { return namesOf(datasets()); }},
      {"--method", [] { return namesOf(methods()); }},
      {"--model", [] { return namesOf(models()); }},
      {"--policy", policiesOfAllKinds},
  };
  if (word == "RUN") return runsOf(project);
  const auto found = known.find(word);
  return found == known.end() ? Names{} : found->second();
}

/// The words of "nearest, bilinear or bicubic; default: ...", where the help lists what may be given, and of
/// "shares|grid". Empty: it is no such list.
Names choicesIn(std::string text) {
  for (const char* separator : {" or ", " or\n", "|", "\n"})
    for (auto at = text.find(separator); at != text.npos; at = text.find(separator))
      text.replace(at, std::strlen(separator), ", ");
  std::istringstream clause(text.substr(0, text.find(';')));
  Names choices;
  for (std::string choice; std::getline(clause, choice, ',');) {
    choice.erase(0, choice.find_first_not_of(' '));
    if (choice.find_first_of(" .") != choice.npos) return {};
    if (!choice.empty() && choice.find(':') == choice.npos) choices.push_back(choice);  // not "cuda:N"
  }
  return choices;
}

std::string nameOf(const CLI::Option& option) {
  return option.get_lnames().empty() ? "" : "--" + option.get_lnames().front();
}

Names valuesOf(const CLI::Option& option, const std::string& project) {
  const std::string name = option.get_positional() ? option.get_name(true) : nameOf(option);
  for (const std::string& word : {name, option.get_type_name()})
    if (Names values = namedBy(word, project); !values.empty()) return values;
  for (const std::string& text : {option.get_type_name(), option.get_description()})
    if (Names choices = choicesIn(text); choices.size() > 1) return choices;
  return {};
}

/// Where the line stands once the words before the last are read.
class Line {
 public:
  explicit Line(const CLI::App& program) : verb_(&program) {}

  void read(const std::string& word) {
    if (open_) {
      if (nameOf(*open_) == "--project") project_ = word;
      open_ = nullptr;
    } else if (word.starts_with("-")) {
      const auto sign = word.find('=');
      const CLI::Option* option = optionNamed(word.substr(0, sign));
      if (!option || option->get_items_expected_max() == 0) return;
      open_ = option;
      if (sign != word.npos) read(word.substr(sign + 1));
    } else if (const auto next = verbNamed(word); !next.empty()) {
      verb_ = next.front();
    } else {
      ++arguments_;
    }
  }

  std::vector<Candidate> next(const std::string& begun) const {
    if (open_) return plain(valuesOf(*open_, project_));
    if (const auto sign = begun.find('='); begun.starts_with("-") && sign != begun.npos)
      return valuesBehind(begun.substr(0, sign + 1), optionNamed(begun.substr(0, sign)));
    if (begun.starts_with("-")) return options();
    std::vector<Candidate> all;
    for (const CLI::App* verb : verbs()) all.push_back({verb->get_name(), verb->get_description()});
    if (all.empty()) return plain(argumentValues());
    return arguments_ == 0 ? all : std::vector<Candidate>{};  // behind a word that is no verb nothing follows
  }

 private:
  /// Of this verb; null: none.
  const CLI::Option* optionNamed(const std::string& name) const { return verb_->get_option_no_throw(name); }
  /// "--method=uada": an option and its value in one word. Flags have none.
  std::vector<Candidate> valuesBehind(const std::string& begun, const CLI::Option* option) const {
    if (!option || option->get_items_expected_max() == 0) return {};
    Names names = valuesOf(*option, project_);
    for (std::string& name : names) name.insert(0, begun);
    return plain(names);
  }
  std::vector<const CLI::App*> verbs() const {
    return verb_->get_subcommands([](const CLI::App*) { return true; });
  }
  /// One, or none.
  std::vector<const CLI::App*> verbNamed(const std::string& name) const {
    return verb_->get_subcommands([&](const CLI::App* verb) { return verb->get_name() == name; });
  }
  static std::vector<Candidate> plain(const Names& names) {
    std::vector<Candidate> all;
    for (const std::string& name : names)
      if (std::ranges::none_of(all, [&](const Candidate& c) { return c.word == name; }))
        all.push_back({name, ""});
    return all;
  }
  std::vector<Candidate> options() const {
    std::vector<Candidate> all;
    for (const CLI::Option* option : verb_->get_options())
      if (const std::string name = nameOf(*option); !name.empty())
        all.push_back({name, option->get_description()});
    return all;
  }
  /// Of the argument that comes next; the last one may stand for several.
  Names argumentValues() const {
    const CLI::Option* last = nullptr;
    std::size_t before = arguments_;
    for (const CLI::Option* option : verb_->get_options()) {
      if (!option->get_positional()) continue;
      last = option;
      if (before-- == 0) break;
    }
    return last ? valuesOf(*last, project_) : Names{};
  }

  const CLI::App* verb_;
  const CLI::Option* open_ = nullptr;  ///< whose value comes next
  std::size_t arguments_ = 0;          ///< of the verb that were read
  std::string project_ = kDefaultProject;
};

}  // namespace

std::vector<Candidate> candidates(const CLI::App& program, const std::vector<std::string>& words) {
  if (words.empty()) return {};
  Line line(program);
  for (std::size_t i = 0; i + 1 < words.size(); ++i) line.read(words[i]);
  std::vector<Candidate> all;
  try {
    all = line.next(words.back());
  } catch (const Error&) {  // no project there: nobody asked for it yet
  }
  std::erase_if(all, [&](const Candidate& c) { return !c.word.starts_with(words.back()); });
  return all;
}

std::string candidateLines(const CLI::App& program, const std::vector<std::string>& words) {
  std::string lines;
  for (const Candidate& candidate : candidates(program, words))
    lines += candidate.word + (candidate.about.empty() ? "" : '\t' + oneLine(candidate.about)) + '\n';
  return lines;
}

}  // namespace uada::cli
