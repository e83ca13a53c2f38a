#pragma once

#include <memory>
#include <string>

#include "core/engine/Engine.h"
#include "core/engine/train/Control.h"
#include "core/engine/train/Examine.h"
#include "core/engine/train/Peers.h"
#include "core/engine/train/RunData.h"

namespace uada {

/// What is to be trained, as rank 0 tells it to the others.
std::string workText(const work::Train& train);

/// The process among those that train together: rank 0 says what, the others do it with it. One for each
/// process.
class Company {
 public:
  explicit Company(const Ranks& ranks) : peers_(ranks) {}
  const Ranks& ranks() const { return peers_.ranks(); }

  /// Of rank 0: trains with all. text: workText(). Throws Error at once where a rank was lost before.
  void lead(Prepared prepared, const std::string& text, Sink& sink, Control& control, const Enter& enter);
  /// Of the others: trains what rank 0 trains, until it leaves. Throws PeerLost at once, and what else went
  /// wrong first in the end.
  void follow(Sink& sink, Control& control, const Enter& enter);
  void leave() { peers_.leave(); }

 private:
  Peers peers_;
  std::string lost_;  ///< whom the others miss; empty: nobody
};

/// Hears nothing.
class Unheard : public Sink {
 public:
  void take(const Report&) override {}
};

/// Null: the process trains alone.
std::shared_ptr<Company>& theCompany();

}  // namespace uada
