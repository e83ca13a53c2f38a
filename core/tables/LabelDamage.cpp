#include "core/tables/LabelDamage.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <tuple>

#include "core/base/Error.h"
#include "core/base/Text.h"
#include "core/engine/Decisions.h"
#include "core/ops/Op.h"

namespace uada {
namespace {

constexpr std::size_t kImages = 3;  // of each decision

std::vector<std::string> opsOf(const Plan& plan) {
  std::vector<std::string> names;
  for (const Part& step : plan.chain()) {
    const std::string& name = ops()[step.op].name;
    if (step.fired && std::ranges::find(names, name) == names.end()) names.push_back(name);
  }
  return names;
}

void count(DamageRow& row, const JudgedDecision& judged) {
  ++row.decisions;
  row.recognised += judged.isRecognised();
  row.lost += judged.isLost();
  row.lostByAdapting += judged.isLostByAdapting();
  row.added += judged.added();  // sums, until all are counted
  row.addedByAdapting += judged.addedByAdapting();
}

void finish(DamageRow& row) {
  row.added /= row.decisions;
  row.addedByAdapting /= row.decisions;
}

/// The largest share first, then the larger number, then by name.
std::vector<DamageRow> ordered(const std::map<std::string, DamageRow>& byName) {
  std::vector<DamageRow> rows;
  for (const auto& [name, row] : byName) {
    rows.push_back(row);
    rows.back().name = name;
    finish(rows.back());
  }
  const auto share = [](const DamageRow& row) { return std::isnan(row.lostShare()) ? -1 : row.lostShare(); };
  std::ranges::sort(rows, [&](const DamageRow& a, const DamageRow& b) {
    return std::tuple(-share(a), -a.lost, a.name) < std::tuple(-share(b), -b.lost, b.name);
  });
  return rows;
}

}  // namespace

double DamageRow::lostShare() const {
  return recognised > 0 ? static_cast<double>(lost) / recognised : std::numeric_limits<double>::quiet_NaN();
}

std::vector<work::PlannedSample> imagesToJudge(std::span<const Decision> decisions) {
  std::vector<work::PlannedSample> images;
  for (const Decision& d : decisions) {
    images.push_back({d.index, std::nullopt});
    images.push_back({d.index, d.plan});
    images.push_back({d.index, planOf(d, d.winner)});
  }
  return images;
}

LabelDamage labelDamage(std::span<const Decision> decisions, std::span<const ClassChances> said) {
  if (said.size() != kImages * decisions.size())
    throw Error(fmt::format("{} images of {} decisions were judged: {} expected", said.size(),
                            decisions.size(), kImages * decisions.size()));
  LabelDamage damage;
  std::map<std::string, DamageRow> ops, classes;
  for (std::size_t i = 0; i < decisions.size(); ++i) {
    const Decision& d = decisions[i];
    const auto of = said.subspan(kImages * i, kImages);
    damage.decisions.push_back({i, d.step, d.index, of[0].truth, nameOf(d, d.winner),
                                opsOf(planOf(d, d.winner)), of[0], of[1], of[2]});
    const JudgedDecision& judged = damage.decisions.back();
    count(damage.all, judged);
    for (const std::string& op : judged.ops) count(ops[op], judged);
    count(classes[std::to_string(judged.label)], judged);
  }
  if (!decisions.empty()) finish(damage.all);
  damage.ops = ordered(ops);
  damage.classes = ordered(classes);
  const auto key = [](const JudgedDecision& d) {
    return std::isnan(d.added()) ? -std::numeric_limits<double>::infinity() : d.added();
  };
  std::ranges::sort(damage.decisions, [&](const JudgedDecision& a, const JudgedDecision& b) {
    return key(a) != key(b) ? key(a) > key(b) : a.number < b.number;
  });
  return damage;
}

Json judgedJson(const JudgedDecision& d) {
  const auto predicted = [](const ClassChances& said) {
    return said.best.empty() ? Json() : Json(std::int64_t{said.predicted()});
  };
  return Json::Object{{"step", d.step},
                      {"sample", std::int64_t{d.sample}},
                      {"label", std::int64_t{d.label}},
                      {"winner", d.winner},
                      {"ops", joined(d.ops, "+")},
                      {"original_loss", d.original.loss},
                      {"drawn_loss", d.drawn.loss},
                      {"trained_loss", d.trained.loss},
                      {"original_predicted", predicted(d.original)},
                      {"drawn_predicted", predicted(d.drawn)},
                      {"trained_predicted", predicted(d.trained)},
                      {"added", d.added()},
                      {"added_by_adapting", d.addedByAdapting()},
                      {"lost", d.isLost()},
                      {"lost_by_adapting", d.isLostByAdapting()}};
}

std::string lostText(const DamageRow& row) {
  if (row.recognised == 0) return "none is recognised";
  return fmt::format("{} of {} ({:.1f} %)", groupedText(row.lost), groupedText(row.recognised),
                     100 * row.lostShare());
}

}  // namespace uada
