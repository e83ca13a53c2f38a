#pragma once

#include <string>
#include <string_view>

/// Parts of SQL for the views that people read a project by.
namespace uada::store {

/// 'text', its quotes doubled.
std::string sqlText(std::string_view text);
/// "name", its quotes doubled: a name of any characters but NUL.
std::string sqlName(std::string_view name);

/// A query for the finished runs of one configuration whose rows are sound, a row each, as the view
/// finished_runs has them; also repeats of a seed: `nth` is 1 for the newest.
std::string repeatsQuery();

}  // namespace uada::store
