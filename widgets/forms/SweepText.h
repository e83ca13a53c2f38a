#pragma once

#include <QString>

#include "core/config/Sweep.h"
#include "core/settings/Settings.h"

namespace uada {

/// What a person writes into a field that is swept: "1, 2, 3"; "0.5..2 by 0.5"; to be drawn from,
/// "0.001..0.1" or "0.001..0.1 log". Values of a list that are lists themselves, or texts, stand between
/// semicolons. Throws UsageError that says what is wrong, also where a value is not allowed.
/// field  whose values they are
/// mayDraw  a range needs no step
SweptValues sweptFromText(const QString& text, const FieldValue& field, bool mayDraw);
/// The reverse.
QString sweptText(const SweptValues& values);

}  // namespace uada
