#include "widgets/panels/Panel.h"

namespace uada {

const std::vector<Panel>& panels() {
  static const std::vector<Panel> all = [] {
    std::vector<Panel> list;
#define PANEL(name, where)       \
  list.push_back(panel::name()); \
  list.back().place = PanelPlace::where;
#include "widgets/panels/panels.def"
#undef PANEL
    return list;
  }();
  return all;
}

}  // namespace uada
