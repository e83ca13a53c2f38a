#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace uada::cli {

/// A word that may stand where a command line is being written.
struct Candidate {
  std::string word;
  std::string about;  ///< in a few words; empty: nothing to say
};

/// What may follow: verbs, options, and of arguments and options' values the names that the programs know and
/// the runs of the project that the line names. None: a file, or anything.
/// words  of the line behind the program's name; the last is the one being written, perhaps empty
std::vector<Candidate> candidates(const CLI::App& program, const std::vector<std::string>& words);

/// The same as lines for a shell: the word, and behind a tab what it is about.
std::string candidateLines(const CLI::App& program, const std::vector<std::string>& words);

}  // namespace uada::cli
