#pragma once

namespace uada::store {

/// The SQL that makes an empty project file: schema version 1.
extern const char* const kSchema;

}  // namespace uada::store
