#pragma once

#include <utility>

#include "widgets/session/Session.h"

namespace uada {

/// What somebody asks of the project again and again, where only the last question counts: an answer that
/// comes after another question is dropped. A member of the object that asks. GUI thread.
class LatestAnswer {
 public:
  /// Session::ask(); then() is called unless something else was asked, or drop() called, meanwhile.
  /// context  the object that this is a member of
  template <class Work, class Then>
  void ask(Session& session, const QObject* context, Work work, Then then) {
    const int question = ++asked_;
    session.ask(context, std::move(work), [this, question, then = std::move(then)](auto answer) {
      if (question != asked_) return;
      answered_ = question;
      then(std::move(answer));
    });
  }
  /// An answer that is still to come no longer counts.
  void drop() { answered_ = ++asked_; }
  bool isWaiting() const { return answered_ != asked_; }

 private:
  int asked_ = 0, answered_ = 0;  ///< questions
};

}  // namespace uada
