#include <fmt/core.h>

#include <algorithm>
#include <limits>

#include "core/data/DataSettings.h"
#include "core/images/ImageIo.h"
#include "core/store/DecisionRow.h"
#include "core/store/ReaderImpl.h"

namespace uada {

using namespace store;

namespace {

/// Of what a project keeps; a training image is far smaller.
constexpr ImageLimits kPictureLimits{.maxPixels = 4'000'000, .maxFileBytes = 16'000'000};

std::string nameOf(const DecisionPlace& place) {
  return fmt::format("the stored decision of sample {} at step {}", place.sample, place.step);
}

}  // namespace

DecisionOrigin originOf(const RunDetail& run, std::int64_t attempt) {
  const Choice& dataset = run.config.recipe.dataset;
  DecisionOrigin origin{run.summary.key, dataset.name, 0, ""};
  origin.trainLimit = dataset.as<DataSettings>().trainLimit;
  const auto number = static_cast<std::size_t>(attempt - 1);
  if (number < run.attempts.size()) origin.dataHash = run.attempts[number].dataHash;
  return origin;
}

void ProjectReader::Impl::readPictures(std::int64_t run, std::int64_t attempt, Decision& d,
                                       const std::function<void(const std::string&)>& damaged) {
  SQLite::Statement query(
      database,
      "SELECT candidate, png FROM pictures WHERE run = ? AND attempt = ? AND step = ? AND sample = ?");
  for (bindAll(query, run, attempt, d.step, d.index); query.executeStep();) {
    const std::int64_t which = query.getColumn(0).getInt64();
    const SQLite::Column png = query.getColumn(1);
    Image* picture = which == -2   ? &d.original
                     : which == -1 ? &d.unperturbed
                     : which >= 0 && which < static_cast<std::int64_t>(d.groups.size())
                         ? &d.groups[static_cast<std::size_t>(which)].picture
                         : nullptr;
    if (!picture) continue;  // of no group that the decision has
    try {
      *picture =
          decodePng({static_cast<const std::byte*>(png.getBlob()), static_cast<std::size_t>(png.getBytes())},
                    "a stored picture", kPictureLimits);
    } catch (const Error& error) {
      damaged(error.what());
    }
  }
}

void ProjectReader::Impl::readSoundPictures(std::int64_t run, std::int64_t attempt, Decision& d) {
  readPictures(run, attempt, d, [&](const std::string& why) { leaveOut(run, "pictures", d.step, why); });
}

Decision ProjectReader::Impl::decisionAt(std::int64_t run, const DecisionPlace& place) {
  if (place.sample < 0 || place.sample > std::numeric_limits<std::uint32_t>::max())
    throw Error("no data set has such a sample");
  SQLite::Statement query(
      database,
      fmt::format("SELECT {} FROM decisions WHERE run = ? AND attempt = ? AND step = ? AND sample = ?",
                  kDecisionColumns));
  if (!bindAll(query, run, place.attempt, place.step, place.sample).executeStep())
    throw Error("it is no longer there");
  Row row(query);
  Decision decision = readDecision(row);
  if (!row.problem().empty()) throw Error(row.problem());
  return decision;
}

std::vector<Decision> ProjectReader::decisions(std::int64_t run, std::size_t limit, bool withPictures) const {
  return impl_->read([&] {
    std::vector<Decision> all;
    auto parts = impl_->parts(run, "decisions");
    std::ranges::reverse(parts);
    SQLite::Statement query(impl_->database,
                            fmt::format("SELECT {} FROM decisions WHERE run = ? AND attempt = ? AND step < ? "
                                        "ORDER BY step DESC, sample",
                                        kDecisionColumns));
    for (const store::AttemptRows& part : parts) {
      for (bindAll(query, run, part.attempt, part.end);
           (!limit || all.size() < limit) && query.executeStep();) {
        Row row(query);
        Decision d = readDecision(row);
        if (!impl_->isSound(run, "decisions", d.step, row)) continue;
        if (withPictures) impl_->readSoundPictures(run, part.attempt, d);
        all.push_back(std::move(d));
      }
    }
    return all;
  });
}

std::vector<DecisionPlace> ProjectReader::decisionPlaces(std::int64_t run) const {
  return impl_->read([&] {
    std::vector<DecisionPlace> all;
    impl_->each(run, "decisions",
                "SELECT step, sample FROM decisions WHERE run = ? AND attempt = ? AND step > ? AND step < ? "
                "ORDER BY step, sample",
                std::numeric_limits<std::int64_t>::min(), [&](std::int64_t attempt, Row& row) {
                  constexpr auto kAny = std::numeric_limits<std::int64_t>::min();
                  const std::int64_t step = row.integer(kAny);
                  all.push_back({attempt, step, row.integer(kAny)});
                });
    return all;
  });
}

Decision ProjectReader::decision(std::int64_t run, const DecisionPlace& place, bool withPictures) const {
  return impl_->read([&] {
    try {
      Decision decision = impl_->decisionAt(run, place);
      if (withPictures)
        impl_->readPictures(run, place.attempt, decision, [](const std::string& why) { throw Error(why); });
      return decision;
    } catch (const Error& why) {
      throw Error(fmt::format("{} cannot be read: {}", nameOf(place), why.what()));
    }
  });
}

std::optional<Decision> ProjectReader::soundDecision(std::int64_t run, const DecisionPlace& place,
                                                     bool withPictures) const {
  return impl_->read([&]() -> std::optional<Decision> {
    try {
      Decision decision = impl_->decisionAt(run, place);
      if (withPictures) impl_->readSoundPictures(run, place.attempt, decision);
      return decision;
    } catch (const Error& why) {
      impl_->leaveOut(run, "decisions", place.step, why.what());
      return std::nullopt;
    }
  });
}

std::vector<std::string> ProjectReader::classNames(std::int64_t run) const {
  try {
    return classNamesOf(detail(run).config.recipe.dataset);
  } catch (const Error&) {  // a damaged run still has its samples
    return {};
  }
}

}  // namespace uada
