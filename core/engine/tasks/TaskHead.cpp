#include "core/engine/tasks/TaskHead.h"

#include "core/base/Catalog.h"
#include "core/engine/tasks/Task.h"
#include "tasks_headers.h"

namespace uada {

// Each task's source defines its own: makeTaskHead() below is all that calls them.
#define TASK(Settings) std::unique_ptr<TaskHead> make(const Settings& settings, const HeadContext& context);
#include "core/engine/tasks/tasks.def"
#undef TASK

namespace {

struct Maker {
  std::string_view name;
  std::unique_ptr<TaskHead> (*make)(const Choice& task, const HeadContext& context);
};

template <class S>
Maker maker() {
  return {S::kName,
          [](const Choice& task, const HeadContext& context) { return make(task.as<S>(), context); }};
}

}  // namespace

std::unique_ptr<TaskHead> makeTaskHead(const Choice& task, const HeadContext& context) {
#define TASK(Settings) maker<Settings>(),
  static const std::vector<Maker> all{
#include "core/engine/tasks/tasks.def"
  };
#undef TASK
  return findEntry(all, task.name, "task").make(task, context);
}

at::Tensor imagesOf(float* pixels, std::int64_t count, const Input& input, at::Device device) {
  const at::Tensor nhwc = at::from_blob(pixels, {count, input.height, input.width, 3}, at::kFloat);
  return nhwc.permute({0, 3, 1, 2}).to(device);
}

}  // namespace uada
