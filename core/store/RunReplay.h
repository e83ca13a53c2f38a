#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/augment/Renderer.h"
#include "core/augment/Space.h"
#include "core/base/Error.h"
#include "core/base/ThreadPool.h"
#include "core/data/LabelPicture.h"
#include "core/data/Loading.h"
#include "core/store/Records.h"

namespace uada {

/// That images are there which no attempt of the run has seen. What to do depends on where that is read: name
/// the folder of the right ones.
class OtherImages : public Error {
 public:
  using Error::Error;
};

/// A run's images, opened once to render its plans again as training did. Needs no network. Used by one
/// thread at a time.
class RunReplay {
 public:
  /// folder  where the data set lies now; empty: where the run had it, else searched for
  /// throws  OtherImages, naming both hashes, if no attempt of the run has seen these images
  explicit RunReplay(RunDetail run, const std::string& folder = {}, Loading loading = {});

  const RunDetail& run() const { return run_; }
  /// Whether an attempt has recorded the hash of its data; else only the pixels can tell whether these are
  /// its images.
  bool isDataKnown() const { return isDataKnown_; }
  std::size_t samples() const { return data_->size(); }

  /// A stored decision with all its pictures drawn anew.
  /// attempt  that it is of
  /// throws   Error if that saw other images, there is no such sample, or a plan cannot be drawn from it
  Decision drawn(Decision stored, std::int64_t attempt) const;
  /// SHA-256 of the pixels of the plan that was trained on: what Decision::pixelHash must be.
  std::string trainedHash(const Decision& decision) const;

  /// A probe as it was shown to the network.
  struct Probe {
    Image picture;
    double loss = 0;
    bool isOpposite = false;  ///< moved by -delta (estimator=central)
    bool isJoint = false;     ///< all groups moved at once (estimator=joint)
  };
  /// Those of a group of the decision; none: the update asked for none.
  std::vector<Probe> probes(const Decision& decision, int group) const;

  /// What is known of a sample at a step although its decision was not stored.
  struct Keyed {
    Decision decision;           ///< of the step at which its epoch trained on it; without groups
    std::int64_t askedStep = 0;  ///< at which it was looked for
    bool isWhole = false;        ///< the plan is what was trained on; else it is what was drawn before probes
  };
  /// Draws the plan once more from its key: seed, epoch and sample.
  /// throws  Error in words where the method's plans do not follow from that
  Keyed keyed(std::int64_t step, std::uint32_t sample) const;

 private:
  Image picture(std::uint32_t sample, const Plan& plan) const;

  const RunDetail run_;
  std::shared_ptr<const Dataset> data_;
  bool isDataKnown_ = false;
  std::vector<ClassColour> colours_;
  std::unique_ptr<ThreadPool> pool_;
  std::unique_ptr<Renderer> renderer_;
};

/// Whether the pictures that the project keeps of a decision are those that were drawn. None: it keeps none.
std::optional<bool> arePicturesEqual(const Decision& kept, const Decision& drawn);

}  // namespace uada
