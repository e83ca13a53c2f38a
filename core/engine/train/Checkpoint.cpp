#include "core/engine/train/Checkpoint.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <limits>
#include <map>
#include <set>

#include "core/base/Error.h"
#include "core/base/Files.h"
#include "core/base/Text.h"
#include "core/engine/train/OnnxExport.h"

namespace uada {
namespace fs = std::filesystem;
namespace {

constexpr const char* kFormat = "uada checkpoint 1";
constexpr const char* kModel = "model.";
const std::string kAverage = "average.";
constexpr const char* kSuffix = ".safetensors";
constexpr std::size_t kMaxBytes = std::size_t{16} << 30;
constexpr std::string_view kPrefix = "checkpoint-";

Json toJson(const MadeFor& madeFor) {
  Json mean = Json::array(), deviation = Json::array();
  for (const float number : madeFor.mean) mean.push(static_cast<double>(number));
  for (const float number : madeFor.deviation) deviation.push(static_cast<double>(number));
  return Json::Object{{"classes", madeFor.classes},
                      {"height", madeFor.input.height},
                      {"width", madeFor.input.width},
                      {"pad", madeFor.input.pad},
                      {"mean", mean},
                      {"deviation", deviation}};
}

MadeFor madeForFromJson(const Json& json) {
  MadeFor madeFor;
  madeFor.classes = static_cast<int>(json.at("classes").asInt());
  madeFor.input = {static_cast<int>(json.at("height").asInt()), static_cast<int>(json.at("width").asInt()),
                   static_cast<int>(json.at("pad").asInt())};
  const auto numbers = [&](const char* key, std::array<float, 3>& to) {
    const Json::Array& from = json.at(key).asArray();
    if (from.size() != to.size()) throw Error(fmt::format("{} numbers in {}, 3 expected", from.size(), key));
    for (std::size_t i = 0; i < to.size(); ++i) to[i] = static_cast<float>(from[i].asDouble());
  };
  numbers("mean", madeFor.mean);
  numbers("deviation", madeFor.deviation);
  return madeFor;
}

std::string manifest(const Checkpoint& checkpoint) {
  Json json = Json::object();
  json["config_hash"] = checkpoint.configHash;
  json["seed"] = checkpoint.seed;
  json["run"] = checkpoint.run;
  json["data_hash"] = checkpoint.dataHash;
  json["threads"] = checkpoint.threads;
  json["device"] = checkpoint.device;
  json["version"] = checkpoint.version;
  json["libtorch"] = checkpoint.libtorchVersion;
  json["progress"] = toJson(checkpoint.progress);
  json["config"] = checkpoint.config;
  if (checkpoint.madeFor) json["network"] = toJson(*checkpoint.madeFor);
  return json.dump();
}

Checkpoint fromManifest(const Json& json) {
  Checkpoint checkpoint;
  checkpoint.configHash = json.at("config_hash").asString();
  checkpoint.seed = json.at("seed").asInt();
  if (const Json* run = json.find("run")) checkpoint.run = run->asString();
  checkpoint.dataHash = json.at("data_hash").asString();
  checkpoint.threads = static_cast<int>(json.at("threads").asInt());
  checkpoint.device = json.at("device").asString();
  checkpoint.version = json.at("version").asString();
  checkpoint.libtorchVersion = json.at("libtorch").asString();
  checkpoint.progress = progressFromJson(json.at("progress"));
  checkpoint.config = json.at("config");
  if (const Json* network = json.find("network")) checkpoint.madeFor = madeForFromJson(*network);
  return checkpoint;
}

/// Checkpoints of a folder, the newest first: their names hold the step with leading zeros.
std::vector<fs::path> checkpointsIn(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(kPrefix) && name.ends_with(kSuffix)) files.push_back(entry.path());
  }
  std::sort(files.rbegin(), files.rend());
  return files;
}

/// 0 where the name holds none.
std::int64_t stepOfName(const fs::path& file) {
  const std::string name = file.filename().string();
  std::int64_t step = 0;
  std::from_chars(name.data() + kPrefix.size(), name.data() + name.size(), step);
  return step;
}

void writeBytes(const fs::path& file, std::span<const std::byte> bytes) {
  AtomicFile atomic(file);
  atomic.write(bytes);
  atomic.commit();
}

class Taking : public StateVisitor {
 public:
  void tensor(const std::string& name, at::Tensor value) override {
    file.tensors.emplace_back(name, value.detach().cpu().clone());
  }
  TensorFile file;
};

std::string kindText(const at::Tensor& tensor) {
  return fmt::format("{} of [{}]", c10::toString(tensor.scalar_type()), fmt::join(tensor.sizes(), ", "));
}

class Putting : public StateVisitor {
 public:
  explicit Putting(const TensorFile& file) : file_(file) {}
  void tensor(const std::string& name, at::Tensor value) override {
    const at::Tensor& source = file_.tensor(name);
    if (source.sizes() != value.sizes() || source.scalar_type() != value.scalar_type())
      throw Error(fmt::format("tensor '{}' of the checkpoint is {}, this run wants {}", name,
                              kindText(source), kindText(value)));
    value.copy_(source);
    put_.insert(name);
  }
  void refuseOthers() const {
    std::vector<std::string> others;
    for (const auto& [name, tensor] : file_.tensors)
      if (!put_.contains(name)) others.push_back('\'' + name + '\'');
    if (others.empty()) return;
    throw Error(
        fmt::format("the checkpoint has {} that this run does not know: {} tensors found, {} expected",
                    listed(others), file_.tensors.size(), put_.size()));
  }

 private:
  /// The first few.
  static std::string listed(std::vector<std::string> names) {
    constexpr std::size_t kMost = 3;
    if (names.size() <= kMost) return joined(names, ", ");
    const std::size_t more = names.size() - kMost;
    names.resize(kMost);
    return fmt::format("{} and {} more", joined(names, ", "), more);
  }

  const TensorFile& file_;
  std::set<std::string> put_;
};

}  // namespace

MadeFor madeFor(const Dataset& train, const RenderSettings& rendering) {
  return {train.classes(), rendering.input, rendering.mean, rendering.deviation};
}

TensorFile takeTensors(const VisitState& visit) {
  at::NoGradGuard noGrad;
  Taking taking;
  visit(taking);
  return std::move(taking.file);
}

void putTensors(const TensorFile& file, const VisitState& visit) {
  at::NoGradGuard noGrad;
  Putting putting(file);
  visit(putting);
  putting.refuseOthers();
}

/// name, type and shape of each tensor that is visited
static std::map<std::string, std::string> kindsOf(const VisitState& visit) {
  class Lister : public StateVisitor {
   public:
    void tensor(const std::string& name, at::Tensor value) override { kinds[name] = kindText(value); }
    std::map<std::string, std::string> kinds;
  };
  Lister lister;
  visit(lister);
  return std::move(lister.kinds);
}

bool areThose(const TensorFile& file, const VisitState& visit) {
  std::map<std::string, std::string> found;
  for (const auto& [name, tensor] : file.tensors) found[name] = kindText(tensor);
  return found == kindsOf(visit);
}

TensorFile only(const TensorFile& file, const VisitState& visit) {
  const std::map<std::string, std::string> wanted = kindsOf(visit);
  TensorFile some;
  for (const auto& one : file.tensors)
    if (wanted.contains(one.first)) some.tensors.push_back(one);
  return some;
}

Checkpoint readCheckpoint(const fs::path& file) {
  TensorFile tensors = decode(readBinaryFile(file, kMaxBytes), file.string());
  if (tensors.text("format") != kFormat) {
    throw Error(fmt::format("'{}' is a '{}', this program reads '{}'", file.string(), tensors.text("format"),
                            kFormat));
  }
  Checkpoint checkpoint = fromManifest(parseJson(tensors.text("manifest"), file.string()));
  checkpoint.tensors = std::move(tensors);
  return checkpoint;
}

Checkpoint findCheckpoint(const fs::path& fileOrFolder) {
  if (!fs::is_directory(fileOrFolder)) return readCheckpoint(fileOrFolder);
  std::string problems;
  for (const fs::path& file : checkpointsIn(fileOrFolder)) {
    try {
      return readCheckpoint(file);
    } catch (const Error& error) {  // a damaged file is expected after a crash: the one before it will do
      problems += fmt::format("; {}", error.what());
    }
  }
  throw Error(fmt::format("no sound checkpoint in '{}'{}", fileOrFolder.string(), problems));
}

std::vector<FoundCheckpoint> listCheckpoints(const fs::path& folder) {
  if (!fs::is_directory(folder)) return {};
  std::vector<fs::path> files = checkpointsIn(folder);
  if (fs::exists(bestFile(folder))) files.push_back(bestFile(folder));
  std::vector<FoundCheckpoint> all;
  for (const fs::path& file : files) {
    FoundCheckpoint found;
    found.file = file;
    found.isBest = file == bestFile(folder);
    found.step = found.isBest ? std::numeric_limits<std::int64_t>::max() : stepOfName(file);
    try {
      const Checkpoint checkpoint = readCheckpoint(file);
      found.step = checkpoint.progress.step;
      found.configHash = checkpoint.configHash;
      found.seed = checkpoint.seed;
      found.run = checkpoint.run;
    } catch (const std::exception& error) {  // expected after a crash; told by whom it concerns
      const std::string_view text = error.what();
      found.problem = text.substr(0, text.find('\n'));
    }
    all.push_back(std::move(found));
  }
  // The best comes after the checkpoint of its own step.
  std::ranges::stable_sort(all, std::ranges::greater(), &FoundCheckpoint::step);
  return all;
}

fs::path bestFile(const fs::path& folder) { return folder / fmt::format("best{}", kSuffix); }

static Written writeFiles(const fs::path& folder, std::int64_t step, std::span<const std::byte> bytes,
                          bool isBest) {
  Written written;
  written.file = folder / fmt::format("{}{:010}{}", kPrefix, step, kSuffix);
  written.hash = sha256(bytes);
  if (isBest) writeBytes(bestFile(folder), bytes);
  writeBytes(written.file, bytes);
  if (sha256(std::span<const std::byte>(readBinaryFile(written.file, kMaxBytes))) != written.hash) {
    throw Error(fmt::format("'{}' reads back differently than it was written: check the disk",
                            written.file.string()));
  }
  return written;
}

Written writeCheckpoint(const fs::path& folder, const Checkpoint& checkpoint, bool isBest) {
  TensorFile file = checkpoint.tensors;
  file.texts = {{"format", kFormat}, {"manifest", manifest(checkpoint)}};
  const std::vector<std::byte> bytes = encode(file, true);
  try {
    return writeFiles(folder, checkpoint.progress.step, bytes, isBest);
  } catch (const NoSpace& problem) {  // only here is it known how much is needed
    std::error_code code;
    const fs::space_info space = fs::space(folder, code);
    throw NoSpace(fmt::format(
        "{}: a checkpoint needs {} in '{}'{}", problem.what(),
        bytesText((isBest ? 2.0 : 1.0) * static_cast<double>(bytes.size())), folder.string(),
        code ? "" : fmt::format(", where {} are free", bytesText(static_cast<double>(space.available)))));
  }
}

/// The tensors alone: torch.load() would give texts beside them as a part of the dictionary.
static std::vector<std::byte> pyTorchBytes(const TensorFile& weights) {
  std::vector<WrittenTensor> written;
  for (const auto& [name, tensor] : weights.tensors) {
    const auto* numbers = static_cast<const std::byte*>(tensor.const_data_ptr());
    written.push_back({name, elementOf(tensor), tensor.sizes().vec(), {numbers, tensor.nbytes()}});
  }
  return pyTorchFile(written);
}

/// Those of the network, by its own names: their running average where one is kept.
static TensorFile weightsOf(const Checkpoint& source) {
  TensorFile weights;
  const auto& all = source.tensors.tensors;
  for (const auto& [name, tensor] : all) {
    if (!name.starts_with(kModel)) continue;
    const std::string own = name.substr(std::string_view(kModel).size());
    const auto average =
        std::ranges::find_if(all, [&](const auto& other) { return other.first == kAverage + own; });
    weights.tensors.emplace_back(own, average == all.end() ? tensor : average->second);
  }
  return weights;
}

void exportWeights(const fs::path& checkpoint, const fs::path& out, const std::string& form) {
  const Checkpoint source = findCheckpoint(checkpoint);
  TensorFile weights = weightsOf(source);
  if (form == "onnx") return exportOnnx(source, weights, out);
  if (form == "pth") return writeBytes(out, pyTorchBytes(weights));
  weights.texts = {{"format", "pt"},
                   {"config", source.config.dump()},
                   {"config_hash", source.configHash},
                   {"seed", std::to_string(source.seed)},
                   {"step", std::to_string(source.progress.step)}};
  writeBytes(out, encode(weights, false));
}

}  // namespace uada
