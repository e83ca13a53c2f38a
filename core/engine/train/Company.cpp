#include "core/engine/train/Company.h"

#include <fmt/core.h>

#include "core/base/Json.h"
#include "core/engine/train/Trainer.h"
#include "core/engine/train/World.h"

namespace uada {
namespace {

work::Train workFrom(const std::string& text) {
  const Json json = parseJson(text, "what rank 0 trains");
  work::Train train;
  train.config = runConfigFromJson(json.at("config"), "what rank 0 trains");
  if (const Json* policy = json.find("policy")) {
    const Json::Array& parts = policy->asArray();
    train.config.policyFile = std::make_shared<const PolicyFile>(
        PolicyFile{parts.at(0).asString(), parts.at(1).asString(), parts.at(2).asString()});
  }
  train.checkpoint = json.at("checkpoint").asString();
  train.isFork = json.at("is_fork").asBool();
  train.edits = progressFromJson(json.at("progress")).edits;
  return train;
}

}  // namespace

std::string workText(const work::Train& train) {
  Progress progress;
  progress.edits = train.edits;
  Json json = Json::object();
  json["config"] = toJson(train.config);
  if (const auto& policy = train.config.policyFile)
    json["policy"] = Json::Array{policy->name, policy->sha256, policy->text};
  json["checkpoint"] =
      train.checkpoint.empty() ? std::string() : std::filesystem::absolute(train.checkpoint).string();
  json["is_fork"] = train.isFork;
  json["progress"] = toJson(progress);
  return json.dump();
}

void Company::lead(Prepared prepared, const std::string& text, Sink& sink, Control& control,
                   const Enter& enter) {
  if (!lost_.empty()) throw PeerLost(lost_ + "; start all ranks again");
  try {
    StateReport waiting;
    waiting.device = prepared.device.name;
    waiting.threads = prepared.threads;
    waiting.text = fmt::format("waiting for {} more of {} ranks", ranks().size - 1, ranks().size);
    enter(waiting);
    peers_.next(text);
    World world(peers_);
    Trainer(std::move(prepared), sink, control, enter, &world).run();
  } catch (const PeerLost& lost) {
    lost_ = lost.what();
    throw;
  }
}

void Company::follow(Sink& sink, Control& control, const Enter& enter) {
  std::string failed;
  while (const std::optional<std::string> text = peers_.next()) {
    World world(peers_);
    try {
      Trainer(prepare(workFrom(*text), ranks()), sink, control, enter, &world).run();
    } catch (const PeerLost&) {
      throw;
    } catch (const std::exception& problem) {
      world.quit(problemText(problem));
      if (failed.empty()) failed = problemText(problem);
    }
  }
  if (!failed.empty()) throw Error(failed);
}

std::shared_ptr<Company>& theCompany() {
  static auto& company = *new std::shared_ptr<Company>;  // lives as long as the process
  return company;
}

}  // namespace uada
