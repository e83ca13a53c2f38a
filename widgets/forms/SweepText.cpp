#include "widgets/forms/SweepText.h"

#include <fmt/core.h>

#include <QRegularExpression>
#include <algorithm>

#include "core/base/Error.h"
#include "core/base/Printable.h"
#include "widgets/forms/FieldEditor.h"

namespace uada {
namespace {

bool isNumeric(const FieldValue& field) { return field.value.isNumber() && field.field.choices.empty(); }

void requireAllowed(const FieldValue& field, const Json& value) {
  if (const std::string problem = fieldProblem(field, value); !problem.empty()) throw UsageError(problem);
}

/// A choice that is stored as a number keeps its kind; true and false are words.
Json oneFromText(const QString& text, const FieldValue& field) {
  if (!field.value.isBool()) return fieldFromText(text, field.value);
  const QString word = text.trimmed().toLower();
  if (word == "true" || word == "on") return Json(true);
  if (word == "false" || word == "off") return Json(false);
  return Json(text.trimmed().toStdString());
}

std::optional<SweptRange> rangeFromText(const QString& text, const FieldValue& field) {
  static const QRegularExpression form(R"(^\s*(\S+?)\s*(?:\.\.|…)\s*(\S+?)(?:\s+(?:(log)|by\s+(\S+)))?\s*$)");
  const QRegularExpressionMatch match = form.match(text);
  if (!match.hasMatch()) return std::nullopt;
  const auto number = [&](int group, const char* what) {
    const Json value = fieldFromText(match.captured(group), field.value);
    if (!value.isNumber())
      throw UsageError(fmt::format("'{}' found for {} of the range, a number expected, as in 0.5..2 by 0.5",
                                   quotable(match.captured(group).toStdString()), what));
    return value;
  };
  SweptRange range{number(1, "the beginning"), number(2, "the end")};
  if (match.hasCaptured(4)) range.step = number(4, "the step").asDouble();
  range.isLogarithmic = match.hasCaptured(3);
  return range;
}

}  // namespace

SweptValues sweptFromText(const QString& text, const FieldValue& field, bool mayDraw) {
  const auto range = isNumeric(field) ? rangeFromText(text, field) : std::nullopt;
  SweptValues values{{}, range};
  if (range) {
    for (const Json& end : {range->from, range->to}) requireAllowed(field, end);
    values = sweptValuesFromJson(toJson(values), "range");
    if (!mayDraw)
      for (const Json& value : allValues(values, "range")) requireAllowed(field, value);
    return values;
  }
  static const QRegularExpression listed("[,;]"), listOfLists(";");
  Json list = Json::array();
  for (const QString& part : text.split(field.value.isArray() ? listOfLists : listed, Qt::SkipEmptyParts)) {
    if (part.trimmed().isEmpty()) continue;
    list.push(oneFromText(part, field));
    requireAllowed(field, list.asArray().back());
  }
  if (list.asArray().empty())
    throw UsageError(isNumeric(field) ? "values expected, such as 1, 2, 3 or 1..3 by 1"
                                      : "values expected, with a comma or semicolon between them");
  return sweptValuesFromJson(list, "values");
}

QString sweptText(const SweptValues& values) {
  if (!values.range) {
    QStringList parts;
    const bool holdsLists = std::ranges::any_of(values.list, &Json::isArray);
    for (const Json& value : values.list) parts << fieldText(value);
    return parts.join(holdsLists ? QStringLiteral("; ") : QStringLiteral(", "));
  }
  const SweptRange& range = *values.range;
  QString text = fieldText(range.from) + QStringLiteral("..") + fieldText(range.to);
  if (range.step > 0) text += QStringLiteral(" by ") + fieldText(Json(range.step));
  return range.isLogarithmic ? text + QStringLiteral(" log") : text;
}

}  // namespace uada
