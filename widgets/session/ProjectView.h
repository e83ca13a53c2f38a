#pragma once

#include <QObject>
#include <QPointer>
#include <QString>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "core/base/Channel.h"
#include "core/base/Json.h"
#include "widgets/session/RunList.h"

namespace uada {

/// When what was asked of the project is answered: later, while the window goes on, or before ask() returns:
/// for --export, where nobody waits at the window.
enum class Answers { later, atOnce };

/// What is asked of the project: to read from it, which nobody misses once the project is closed, or to
/// write, to it or to another file, which is done even then.
enum class Access { read, write };

/// An open project as the window's reader thread has it.
struct OpenProject {
  const ProjectReader& reader;  ///< belongs to the reader thread
  ProjectWriter* changing;      ///< null: the project can only be read
  const std::string& readOnly;  ///< why
  /// Waits for commits: of use on the reader thread alone. Throws Error if the project can only be read.
  ProjectWriter& writer() const;
  /// Stores what was reported before.
  void flush() const {
    if (changing) changing->flush();
  }
};

/// An open project and the thread that reads it. One that cannot be written is opened to be read. No
/// statement of SQL runs on the GUI thread: what is wanted is asked for, read on that thread in the order of
/// asking, and handed over on the GUI thread.
class ProjectView : public QObject {
  Q_OBJECT
 public:
  /// Begins to open or create it. With Answers::atOnce it is open then; throws Error if that failed.
  ProjectView(std::filesystem::path file, Answers answers);
  /// Waits for what is being read and for all that is to be written; what else was to be read is dropped.
  ~ProjectView() override;
  /// The same without waiting: ended() follows. No answer is handed over any more.
  void close();

  /// work(project) runs on the reader thread, then(std::optional of what it returned) on the GUI thread,
  /// unless `context` has gone meanwhile. none: it failed, which is told by problem().
  template <class Work, class Then>
  void ask(const QObject* context, Work work, Then then, Access access = Access::read) {
    using Result = std::invoke_result_t<Work, const OpenProject&>;
    const QPointer<const QObject> receiver(context);
    const auto run = [work = std::move(work), then = std::move(then), receiver,
                      this](const OpenProject& project) -> Answer {
      auto result = std::make_shared<std::optional<Result>>();
      const QString why = told([&] { *result = work(project); });
      return [result, then, receiver, why, this] {
        if (!why.isEmpty()) Q_EMIT problem(why);
        if (!receiver) return;
        const QPointer<ProjectView> isThere(this);  // then() may close it
        const QString whyNot = told([&] { then(std::move(*result)); });
        if (!whyNot.isEmpty() && isThere) Q_EMIT problem(whyNot);
      };
    };
    post({run, access});
  }
  /// For what any thread may do with it. Only while it is open; throws Error if it can only be read.
  ProjectWriter& writer() const;
  /// Why it can only be looked at; "": it can be changed. Only while it is open.
  const std::string& readOnly() const { return readOnly_; }
  const std::filesystem::path& file() const { return file_; }
  /// What the window has remembered with the project when it was opened. Only while it is open.
  const Json& remembered() const { return remembered_; }
  /// Its runs when it was opened. With Answers::atOnce.
  std::shared_ptr<RunList> firstList() const { return list_; }

 Q_SIGNALS:
  void opened(const std::shared_ptr<uada::RunList>& list);
  void failed(const QString& why);  ///< it could not be opened
  void problem(const QString& why);
  void damaged(const QStringList& remarks);  ///< what was left out of what was read
  void ended();                              ///< after close(): it can be destroyed without a wait

 private Q_SLOTS:
  void drain();
  void tellEnd();

 private:
  using Answer = std::function<void()>;
  struct Request {
    std::function<Answer(const OpenProject&)> run;
    Access access = Access::read;
  };
  void work();
  void serve();
  void post(Request request);
  void deliver(Answer answer);
  void tellRemarks();
  /// Why body failed; "": it did not.
  static QString told(const std::function<void()>& body);

  const std::filesystem::path file_;
  const Answers answers_;
  Json remembered_;                        ///< the thread's, until it has opened the project
  std::string readOnly_;                   ///< the thread's, until it has opened the project
  std::unique_ptr<ProjectWriter> writer_;  ///< null: it can only be read
  std::unique_ptr<ProjectReader> reader_;  ///< the thread's
  Channel<Request> requests_{SIZE_MAX};
  Channel<Answer> answered_{SIZE_MAX};            ///< from the thread, to be handed over
  std::promise<std::shared_ptr<RunList>> first_;  ///< with Answers::atOnce
  std::shared_ptr<RunList> list_;
  bool isClosed_ = false;  ///< the GUI thread's
  std::thread thread_;
};

}  // namespace uada
