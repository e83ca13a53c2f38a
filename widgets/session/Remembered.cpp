#include "widgets/session/Remembered.h"

#include "core/base/Error.h"
#include "core/base/Files.h"
#include "core/store/Project.h"

namespace uada {

std::filesystem::path rememberedFile(const std::filesystem::path& project) {
  return runFolder(project, "run").parent_path() / "window.json";
}

Json readRemembered(const std::filesystem::path& project) {
  try {
    Json json = readJsonFile(rememberedFile(project));
    if (json.isObject()) return json;
  } catch (const Error&) {  // there is none, or it is damaged
  }
  return Json::object();
}

void writeRemembered(const std::filesystem::path& project, const Json& remembered) {
  const std::filesystem::path file = rememberedFile(project);
  std::error_code code;
  std::filesystem::create_directories(file.parent_path(), code);  // what fails is told by the next line
  writeFileAtomically(file, remembered.dump(2) + "\n");
}

QString rememberedText(const Json& view, const char* key, const QString& usual) {
  const Json* found = view.find(key);
  return found && found->isString() ? QString::fromStdString(found->asString()) : usual;
}

bool rememberedFlag(const Json& view, const char* key, bool usual) {
  const Json* found = view.find(key);
  return found && found->isBool() ? found->asBool() : usual;
}

}  // namespace uada
