#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace uada::cli {

/// What a folder of diagnostics is made from.
struct Diagnostics {
  std::string checks;              ///< as `uada doctor` prints them
  std::vector<std::string> lines;  ///< the same, a JSON object each
  std::filesystem::path project;   ///< whose schema and last log are taken; it need not be there
  std::filesystem::path log;       ///< of a window; empty: none
};

/// Writes versions.txt, checks.jsonl, environment.txt, schema.sql and the logs into a folder that is made for
/// them: what helps to answer a question, and neither data nor results. Numbers are taken out of the runs'
/// log. Throws Error if the folder is there already, or cannot be written.
void writeBundle(const std::filesystem::path& folder, const Diagnostics& diagnostics);

}  // namespace uada::cli
