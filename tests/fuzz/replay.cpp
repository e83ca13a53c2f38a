#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

namespace fs = std::filesystem;

void replay(const std::string& bytes) {
  // A copy of exactly this size, so that the address sanitizer sees a byte read too far.
  const std::vector<std::uint8_t> exact(bytes.begin(), bytes.end());
  LLVMFuzzerTestOneInput(exact.data(), exact.size());
}

}  // namespace

/// Runs a fuzz target without libFuzzer: over the files of a folder, whole and cut short.
int main(int argc, char** argv) {
  if (argc != 2) return std::cerr << "usage: " << argv[0] << " FOLDER\n", 2;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(argv[1])) files.push_back(entry.path());
  std::ranges::sort(files);
  constexpr std::size_t kCuts = 64;
  for (const fs::path& file : files) {
    std::cout << file.filename().string() << std::endl;  // the last one printed is the one that failed
    std::ifstream stream(file, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
    replay(bytes);
    for (std::size_t cut = 0; cut < kCuts; ++cut) replay(bytes.substr(0, bytes.size() * cut / kCuts));
  }
  std::cout << files.size() << " files, each whole and cut at " << kCuts << " places\n";
  return files.empty();
}
