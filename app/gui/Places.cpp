#include "app/gui/Places.h"

#include "core/base/Error.h"

namespace uada {

std::filesystem::path findDemo() {
  namespace fs = std::filesystem;
  std::error_code ignored;
  const fs::path program = fs::read_symlink("/proc/self/exe", ignored).parent_path();
  std::string looked;
  for (const fs::path& folder : {program / "../share/uada/experiments", program / "../../experiments"}) {
    const fs::path file = (folder / "demo.json").lexically_normal();
    if (fs::exists(file)) return file;
    looked += " " + file.string();
  }
  throw Error("the demo's experiment file is not installed; looked for" + looked);
}

}  // namespace uada
