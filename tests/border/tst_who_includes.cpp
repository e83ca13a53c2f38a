#include <QTest>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

namespace {

/// A folder of the tree, with those in it, and what its files may include: itself, what is named here, and
/// what those may include. One direction: what is named stands above.
struct Folder {
  std::string name;
  Names may;
};

/// The torch-free part of a catalogue: its Catalog.cpp and the headers that it includes. Everything else in
/// the catalogue's folder is the engine's, as is core/engine/train.
const std::string kCatalogues = "catalogues", kEngine = "core/engine/train", kCuda = "core/engine/cuda";
const Names kCatalogueFolders{"core/engine/tasks", "core/engine/models", "core/engine/methods",
                              "core/engine/optimisers", "core/engine/schedules"};

const std::vector<Folder> kFolders{
    {"core/base", {}},
    {"core/settings", {"core/base"}},
    {"core/weights", {"core/base"}},
    {"core/libtorch", {"core/weights"}},
    {"core/images", {"core/base"}},
    {"core/ops", {"core/images"}},
    {"core/data", {"core/images", "core/settings"}},
    {"core/predictions", {"core/data"}},
    {"core/augment", {"core/ops", "core/data", "core/settings", "core/weights"}},
    {kCatalogues, {"core/augment"}},
    {"core/config", {kCatalogues}},
    {"core/engine", {"core/config", "core/predictions", "core/libtorch"}},
    {"core/engine/onnx", {"core/weights"}},
    {kEngine, {"core/engine", "core/engine/onnx"}},  // these two alone may include torch
    {kCuda, {kEngine}},
    {"core/machine", {"core/base"}},
    {"core/store", {"core/engine", "core/machine"}},
    {"core/tables", {"core/store"}},
    {"widgets/session", {"core/tables"}},
    {"widgets/models", {"widgets/session"}},
    {"widgets/plot", {"widgets/models"}},
    {"widgets/forms", {"widgets/models"}},
    {"widgets/panels", {"widgets/plot", "widgets/forms"}},
    {"widgets/frame", {"widgets/panels"}},
    {"app/cli", {"core/tables"}},
    {"app/gui", {"widgets/frame"}},
};

/// Includes by file, both with their path from the root; torch's as they stand.
using Tree = std::map<std::string, Names>;

bool isIn(const std::string& file, const std::string& folder) { return file.starts_with(folder + "/"); }
std::string folderOf(const std::string& file) { return file.substr(0, file.rfind('/')); }

/// The catalogues' torch-free files.
std::set<std::string> torchFree(const Tree& tree) {
  std::set<std::string> free;
  Names open;
  for (const std::string& folder : kCatalogueFolders) open.push_back(folder + "/Catalog.cpp");
  while (!open.empty()) {
    const std::string file = open.back();
    open.pop_back();
    const auto found = tree.find(file);
    if (found == tree.end() || !free.insert(file).second) continue;
    for (const std::string& include : found->second)
      if (std::ranges::count(kCatalogueFolders, folderOf(include))) open.push_back(include);
  }
  return free;
}

/// The line of the table that a file belongs to; "": none.
std::string unitOf(const std::string& file, const std::set<std::string>& free) {
  if (std::ranges::count(kCatalogueFolders, folderOf(file)) && file.ends_with(".def")) return kCatalogues;
  if (std::ranges::count(kCatalogueFolders, folderOf(file)))
    return free.contains(file) ? kCatalogues : kEngine;
  std::string unit;
  for (const Folder& folder : kFolders)
    if (isIn(file, folder.name) && folder.name.size() > unit.size()) unit = folder.name;
  return unit;
}

std::set<std::string> allowedTo(const std::string& unit) {
  std::set<std::string> allowed{unit};
  for (const Folder& folder : kFolders)
    if (folder.name == unit)
      for (const std::string& other : folder.may) allowed.merge(allowedTo(other));
  return allowed;
}

bool isTorch(const std::string& include) {
  return include.starts_with("torch/") || include.starts_with("ATen/") || include.starts_with("c10/") ||
         include.starts_with("caffe2/");
}

/// "core/store/A.h includes core/tables/B.h: ..." for each include that the table does not allow.
Names problems(const Tree& tree) {
  const std::set<std::string> free = torchFree(tree);
  Names found;
  for (const auto& [file, includes] : tree) {
    const std::string unit = unitOf(file, free);
    if (unit.empty()) found.push_back(file + ": its folder is not in the table");
    const std::set<std::string> allowed = allowedTo(unit);
    for (const std::string& include : includes) {
      if (isTorch(include)) {
        if (unit != kEngine && unit != kCuda) found.push_back(file + " includes " + include + ", and is not the engine's");
        continue;
      }
      const std::string other = unitOf(include, free);
      if (!allowed.contains(other))
        found.push_back(file + " includes " + include + ": " + unit + " may not include " + other);
    }
  }
  return found;
}

/// A catalogue includes the header of each of its entries through a file that is made from its list.
Names entriesOf(const fs::path& list) {
  Names headers;
  std::ifstream in(list);
  for (std::string line; std::getline(in, line);) {
    std::smatch match;
    if (std::regex_match(line, match, std::regex(R"(^[A-Z]+\(([A-Za-z0-9]+)\).*)")))
      headers.push_back(match[1].str() + ".h");
  }
  return headers;
}

Names includesOf(const fs::path& file) {
  static const std::regex line("^\\s*#include [\"<]((core|widgets|app|torch|ATen|c10|caffe2)/[^\">]+)[\">]");
  Names includes;
  std::ifstream in(file);
  for (std::string text; std::getline(in, text);) {
    std::smatch match;
    if (std::regex_search(text, match, line)) includes.push_back(match[1]);
  }
  return includes;
}

Tree readTree(const fs::path& root) {
  Tree tree;
  for (const char* top : {"core", "widgets", "app"})
    for (const auto& entry : fs::recursive_directory_iterator(root / top)) {
      const std::string ending = entry.path().extension();
      if (ending != ".h" && ending != ".cpp") continue;
      tree[fs::relative(entry.path(), root)] = includesOf(entry.path());
    }
  for (const std::string& folder : kCatalogueFolders) {
    const std::string name = folder.substr(folder.rfind('/') + 1);
    for (const std::string& header : entriesOf(root / folder / (name + ".def")))
      tree.at(folder + "/Catalog.cpp").push_back(folder + "/" + header);
  }
  return tree;
}

}  // namespace

/// Who may include whom.
class TestWhoIncludes : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void includesGoOneWay() {
    const Tree tree = readTree(PROJECT_DIR);
    QVERIFY(tree.size() > 200);
    const Names found = problems(tree);
    for (const std::string& problem : found) qWarning("%s", problem.c_str());
    QCOMPARE(found.size(), std::size_t{0});
  }

  /// What is named may only stand above: then there is no circle.
  void theTableIsInOrder() {
    std::set<std::string> above;
    for (const Folder& folder : kFolders) {
      for (const std::string& other : folder.may) QVERIFY2(above.contains(other), other.c_str());
      above.insert(folder.name);
    }
  }

  void eachKindOfBreachIsFound_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("include");
    QTest::addColumn<bool>("allowed");
    const auto row = [](const char* file, const char* include, bool allowed) {
      QTest::addRow("%s <- %s", file, include) << file << include << allowed;
    };
    row("core/ops/A.cpp", "core/images/B.h", true);
    row("core/images/A.cpp", "core/ops/B.h", false);
    row("core/ops/simd/A.cpp", "core/ops/B.h", true);
    row("core/data/A.h", "core/ops/B.h", false);
    row("core/predictions/A.h", "core/data/B.h", true);
    row("core/predictions/A.h", "core/engine/B.h", false);
    row("core/engine/A.h", "core/predictions/B.h", true);
    row("core/settings/A.h", "core/config/B.h", false);
    row("core/augment/policies/A.cpp", "core/config/B.h", false);
    row("core/engine/methods/Torch.cpp", "core/engine/B.h", true);
    row("core/engine/methods/Torch.cpp", "core/engine/train/B.h", true);
    row("core/engine/methods/Torch.cpp", "core/store/B.h", false);
    row("core/engine/methods/Free.h", "core/config/B.h", false);
    row("core/engine/methods/Free.h", "core/augment/B.h", true);
    row("core/engine/methods/Free.h", "torch/torch.h", false);
    row("core/engine/methods/Torch.cpp", "torch/torch.h", true);
    row("core/engine/A.h", "torch/torch.h", false);
    row("core/engine/A.h", "core/engine/train/B.h", false);
    row("core/store/A.cpp", "core/engine/methods/Free.h", true);
    row("core/store/A.cpp", "core/engine/methods/Torch.h", false);
    row("core/store/A.cpp", "core/tables/B.h", false);
    row("widgets/session/A.cpp", "widgets/panels/ops/B.h", false);
    row("widgets/panels/ops/A.cpp", "core/engine/train/B.h", false);
    row("app/cli/A.cpp", "widgets/session/B.h", false);
    row("core/new/A.cpp", "core/base/B.h", false);
  }
  void eachKindOfBreachIsFound() {
    QFETCH(QString, file);
    QFETCH(QString, include);
    QFETCH(bool, allowed);
    Tree tree{{"core/engine/methods/Catalog.cpp", {"core/engine/methods/Free.h"}},
              {"core/engine/methods/Free.h", {}}};
    QVERIFY(problems(tree).empty());
    tree[file.toStdString()].push_back(include.toStdString());
    QCOMPARE(problems(tree).empty(), allowed);
  }
};

QTEST_GUILESS_MAIN(TestWhoIncludes)
#include "tst_who_includes.moc"
