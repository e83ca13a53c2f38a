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

/// The text in quotes that begins at `at`, which goes behind it.
QString quotedAt(const QString& text, qsizetype& at) {
  const qsizetype first = at;
  QString value;
  for (++at; at < text.size(); ++at) {
    if (text[at] != '"') {
      value += text[at];
      continue;
    }
    if (at + 1 >= text.size() || text[at + 1] != '"') {
      ++at;
      return value;
    }
    value += text[at++];
  }
  throw UsageError(fmt::format("the closing quote is missing after {}; a quote within a text is doubled",
                               quotable(text.mid(first, 20).toStdString())));
}

bool isSeparator(QChar c) { return c == ',' || c == ';'; }

/// Texts between commas or semicolons, each as it is or in quotes.
std::vector<QString> textsFrom(const QString& text) {
  std::vector<QString> texts;
  for (qsizetype at = 0; at < text.size(); ++at) {
    while (at < text.size() && text[at].isSpace()) ++at;
    if (at == text.size() || isSeparator(text[at])) continue;
    if (text[at] == '"') {
      texts.push_back(quotedAt(text, at));
      while (at < text.size() && text[at].isSpace()) ++at;
      if (at < text.size() && !isSeparator(text[at]))
        throw UsageError(fmt::format("a comma or semicolon expected after the text in quotes, '{}' found",
                                     quotable(text.mid(at, 20).toStdString())));
      continue;
    }
    const qsizetype first = at;
    while (at < text.size() && !isSeparator(text[at])) ++at;
    const QString value = text.mid(first, at - first).trimmed();
    if (value.contains('"'))
      throw UsageError(
          fmt::format("'{}' has a quote: put the whole text in quotes and double those within it",
                      quotable(value.toStdString())));
    texts.push_back(value);
  }
  return texts;
}

QString textInSweep(const Json& value) {
  QString text = fieldText(value);
  if (!value.isString()) return text;
  const bool isPlain = !text.isEmpty() && text == text.trimmed() &&
                       std::ranges::none_of(text, [](QChar c) { return isSeparator(c) || c == '"'; });
  return isPlain ? text : '"' + text.replace('"', QStringLiteral("\"\"")) + '"';
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
  Json list = Json::array();
  const auto take = [&](Json value) {
    requireAllowed(field, value);
    list.push(std::move(value));
  };
  if (field.value.isString()) {
    for (const QString& part : textsFrom(text)) take(Json(part.toStdString()));
  } else {
    static const QRegularExpression listed("[,;]"), listOfLists(";");
    for (const QString& part : text.split(field.value.isArray() ? listOfLists : listed, Qt::SkipEmptyParts))
      if (!part.trimmed().isEmpty()) take(oneFromText(part, field));
  }
  if (list.asArray().empty())
    throw UsageError(
        isNumeric(field) ? "values expected, such as 1, 2, 3 or 1..3 by 1"
        : field.value.isString()
            ? "texts expected, with a comma or semicolon between them; one that has such in double quotes"
            : "values expected, with a comma or semicolon between them");
  return sweptValuesFromJson(list, "values");
}

QString sweptText(const SweptValues& values) {
  if (!values.range) {
    QStringList parts;
    const bool holdsLists = std::ranges::any_of(values.list, &Json::isArray);
    for (const Json& value : values.list) parts << textInSweep(value);
    return parts.join(holdsLists ? QStringLiteral("; ") : QStringLiteral(", "));
  }
  const SweptRange& range = *values.range;
  QString text = fieldText(range.from) + QStringLiteral("..") + fieldText(range.to);
  if (range.step > 0) text += QStringLiteral(" by ") + fieldText(Json(range.step));
  return range.isLogarithmic ? text + QStringLiteral(" log") : text;
}

}  // namespace uada
