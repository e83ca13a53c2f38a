#pragma once

#include <QString>
#include <filesystem>

#include "core/base/Json.h"

namespace uada {

/// PROJECT.files/window.json: what the window remembers with a project, an object with a member for each view
/// (docs/formats.md, "Window"). No result depends on it.
std::filesystem::path rememberedFile(const std::filesystem::path& project);
/// An empty object where there is none, or it cannot be read: then the window begins as with a new project.
Json readRemembered(const std::filesystem::path& project);
/// Throws Error if it cannot be written.
void writeRemembered(const std::filesystem::path& project, const Json& remembered);

/// The text at the key of what a view remembers; what is not there, or no text, is `usual`.
QString rememberedText(const Json& view, const char* key, const QString& usual = {});
/// The same of a switch.
bool rememberedFlag(const Json& view, const char* key, bool usual = false);

}  // namespace uada
