#pragma once

namespace uada::cli {

/// The text of reference.py.
extern const char* const kReferenceScript;

}  // namespace uada::cli
