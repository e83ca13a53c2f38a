#include "widgets/session/ProjectView.h"

#include <QStringList>
#include <chrono>
#include <utility>

#include "core/base/Error.h"
#include "core/store/Queue.h"
#include "widgets/session/Remembered.h"

namespace uada {

ProjectView::ProjectView(std::filesystem::path file, Answers answers)
    : file_(std::move(file)), answers_(answers) {
  auto first = first_.get_future();
  thread_ = std::thread([this] { work(); });
  if (answers_ == Answers::later) return;
  try {
    list_ = first.get();
  } catch (...) {
    thread_.join();
    throw;
  }
}

namespace {

ProjectWriter& requireWriter(ProjectWriter* writer, const std::string& readOnly) {
  if (writer) return *writer;
  throw Error("the project is open to be read: " + readOnly + "; copy it to a folder that can be written");
}

}  // namespace

ProjectWriter& OpenProject::writer() const { return requireWriter(changing, readOnly); }

ProjectWriter& ProjectView::writer() const { return requireWriter(writer_.get(), readOnly_); }

ProjectView::~ProjectView() {
  requests_.close();
  thread_.join();
}

void ProjectView::close() {
  isClosed_ = true;
  requests_.close();
}

QString ProjectView::told(const std::function<void()>& body) {
  try {
    body();
    return {};
  } catch (const std::exception& error) {
    return QString::fromStdString(problemText(error));
  }
}

void ProjectView::deliver(Answer answer) {
  answered_.push(std::move(answer));
  QMetaObject::invokeMethod(this, "drain", Qt::QueuedConnection);
}

void ProjectView::drain() {
  const QPointer<ProjectView> isThere(this);
  for (const Answer& answer : answered_.takeAll(std::chrono::milliseconds(0)))
    if (isThere && !isClosed_) answer();
}

// The top of the thread: the one place where its errors are caught.
void ProjectView::work() {
  bool isOpen = false;
  try {
    readOnly_ = readOnlyReason(file_);
    if (readOnly_.empty()) writer_ = std::make_unique<ProjectWriter>(file_);
    reader_ = std::make_unique<ProjectReader>(file_);
    const QString why = told([this] {
      if (writer_) adoptQueueFile(*writer_);
    });
    remembered_ = readRemembered(file_);
    auto list = RunList::read(*reader_);
    if (answers_ == Answers::atOnce)
      first_.set_value(list);
    else
      deliver([this, list] { Q_EMIT opened(list); });
    // Of a damaged queue: it must not keep the project shut.
    if (!why.isEmpty()) deliver([this, why] { Q_EMIT problem(why); });
    isOpen = true;
  } catch (const std::exception& error) {
    if (answers_ == Answers::atOnce)
      first_.set_exception(std::current_exception());
    else
      deliver([this, why = QString::fromStdString(problemText(error))] { Q_EMIT failed(why); });
  }
  if (isOpen) serve();
  reader_.reset();  // where it was made
  writer_.reset();
  QMetaObject::invokeMethod(this, "tellEnd", Qt::QueuedConnection);
}

void ProjectView::tellEnd() {
  if (isClosed_) Q_EMIT ended();
}

void ProjectView::serve() {
  const OpenProject project{*reader_, writer_.get(), readOnly_};
  for (bool isLast = false; !isLast;) {
    isLast = requests_.isClosed();  // asked first: then nothing comes after what is taken
    for (const Request& request : requests_.takeAll(std::chrono::seconds(1))) {
      if (request.access == Access::read && requests_.isClosed()) continue;
      if (Answer answer = request.run(project)) deliver(std::move(answer));
      tellRemarks();
    }
  }
}

void ProjectView::tellRemarks() {
  QStringList remarks;
  const QString why = told([&] {
    for (const std::string& remark : reader_->takeRemarks()) remarks << QString::fromStdString(remark);
  });
  if (!why.isEmpty()) deliver([this, why] { Q_EMIT problem(why); });
  if (!remarks.isEmpty()) deliver([this, remarks] { Q_EMIT damaged(remarks); });
}

void ProjectView::post(Request request) {
  if (answers_ == Answers::later) {
    requests_.push(std::move(request));
    return;
  }
  std::promise<Answer> done;
  auto answer = done.get_future();
  const auto run = [&](const OpenProject& project) -> Answer {
    done.set_value(request.run(project));
    return nullptr;
  };
  requests_.push({run, request.access});
  answer.get()();
}

}  // namespace uada
