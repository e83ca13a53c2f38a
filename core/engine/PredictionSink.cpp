#include "core/engine/PredictionSink.h"

#include <exception>
#include <variant>

namespace uada {

std::string PredictionSink::problem() const {
  std::lock_guard lock(mutex_);
  return problem_;
}

/// A sink may not throw: what goes wrong is kept.
void PredictionSink::take(const Report& report) {
  if (problem().empty()) {
    try {
      write(report);
    } catch (const std::exception& error) {
      std::lock_guard lock(mutex_);
      problem_ = problemText(error, "writing predictions into '" + folder_.string() + "'");
    }
  }
  if (!std::holds_alternative<PredictionReport>(report)) others_.take(report);
}

void PredictionSink::write(const Report& report) {
  std::visit(Cases{[&](const PredictionsReport& r) {
                     PredictionHeader header = r.header;
                     header.run = run_;
                     writer_ = std::make_unique<PredictionWriter>(folder_, std::move(header));
                     samples_ = r.header.samples.size();
                   },
                   [&](const PredictionReport& r) {
                     writer_->add(r.sample, r.prediction);
                     written_ = writer_->added();
                   },
                   [&](const EvaluationReport& r) { writer_->finish(r.test); }, kNothing},
             report);
}

}  // namespace uada
