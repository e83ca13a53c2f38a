#include "app/gui/Places.h"

#include "core/base/Error.h"

namespace uada {

std::filesystem::path findExperiment(const std::string& name) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  const fs::path program = fs::read_symlink("/proc/self/exe", ignored).parent_path();
  std::string looked;
  for (const fs::path& folder : {program / "../share/uada/experiments", program / "../../experiments"}) {
    const fs::path file = (folder / (name + ".json")).lexically_normal();
    if (fs::exists(file)) return file;
    looked += " " + file.string();
  }
  throw Error("the experiment '" + name + "' is not installed; looked for" + looked);
}

}  // namespace uada
