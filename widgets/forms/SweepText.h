#pragma once

#include <QString>

#include "core/config/Sweep.h"
#include "core/settings/Settings.h"

namespace uada {

/// What a person writes into a field that is swept: "1, 2, 3"; "0.5..2 by 0.5"; to be drawn from,
/// "0.001..0.1" or "0.001..0.1 log". Values that are lists themselves stand between semicolons, texts between
/// commas or semicolons; a text with one of these, a quote, or blanks at its ends stands in double quotes, a
/// quote within them is doubled: `crop, "rotate, shear", "5"" wide", ""`. Throws UsageError that says what is
/// wrong, also where a value is not allowed. field  whose values they are mayDraw  a range needs no step
SweptValues sweptFromText(const QString& text, const FieldValue& field, bool mayDraw);
/// The reverse.
QString sweptText(const SweptValues& values);

}  // namespace uada
