#include "core/store/Damage.h"

#include "core/base/Error.h"
#include "core/base/Printable.h"
#include "core/store/Database.h"

namespace uada {

std::string projectDamage(const std::filesystem::path& project) {
  const auto file = store::projectFile(project);
  SQLite::Database database = store::openForReading(file);
  try {
    const std::string answer = database.execAndGet("PRAGMA integrity_check(1)").getString();
    return answer == "ok" ? "" : oneLine(answer);
  } catch (const SQLite::Exception& problem) {
    return oneLine(problem.what());
  }
}

}  // namespace uada
