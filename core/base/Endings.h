#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace uada {

/// What a file's name ends in, in small letters and without the dot: "png". Empty if it ends in nothing, or
/// names a folder by a slash at its end.
std::string endingOf(const std::filesystem::path& file);

/// The form in which something is written: the ending of the file decides, large or small.
/// what   that is written, in errors: "a table"
/// forms  the endings that it has, the usual one first: {"csv", "md"}. Empty text among them: a folder
/// asked  a form that was asked for beside the file ("text" stands for "txt"); empty: none
/// returns one of `forms`; where the name ends in nothing, the one that was asked for
/// throws UsageError that names the file and all endings that work, or both where asked and ending differ
std::string formOf(const std::filesystem::path& file, std::string_view what,
                   const std::vector<std::string>& forms, std::string_view asked = {});

/// One of `forms` where there is no file: the one that was asked for, else the first.
/// throws UsageError that names all of them
std::string formOf(const std::vector<std::string>& forms, std::string_view asked);

}  // namespace uada
