#pragma once

#include <QTemporaryDir>
#include <QtTest>
#include <filesystem>
#include <memory>
#include <string>

#include "core/base/Error.h"
#include "core/base/Files.h"

/// What the tests of policy files share.
namespace uada::test {

namespace fs = std::filesystem;

/// What the refusal says; "" if there is none.
template <class Action>
QString refusal(const Action& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

/// A policy file of the program with one thing put in place of another.
inline std::string changed(const char* file, const char* from, const char* to) {
  std::string text = readTextFile(fs::path(PROJECT_DIR) / "experiments/policies" / file, 1 << 20);
  const std::size_t at = text.find(from);
  if (at == text.npos) throw Error(std::string("the example has no ") + from);
  return text.replace(at, std::string_view(from).size(), to);
}

/// Python source as the authors of Fast AutoAugment publish their policies.
constexpr const char* kArchive = R"(from collections import defaultdict  # not literals
import os

# a comment with [brackets]
def fa_small():
    # level as a share
    p = [[["Contrast", 0.83, 0.4988], ["TranslateX", .5, 1e-1]],
         [('CutoutAbs', 1, 0.25), ("AutoContrast", 0.0, 1.0,),],  # trailing commas
        ]
    return p

def whole_small():
    return [
        [('Invert', 0.1, 7), ('Contrast', 0.2, 6)],
    ]

def joined_small():
    exp0 = [[('Rotate', 0.5, 0.5)]]
    exp1 = [[('Color', 0.5, 0.5)]]
    return exp0 + exp1

def policy_decoder(augment, num_policy):
    return [augment[i] for i in range(num_policy)]

class Archive:
    x = [[("Color", 0.1, 0.2)]]

CIFAR = [[('TranslateX', 0.5183464288711548, 0.5752825736999512), ('Rotate', 0.5693, 0.5274)]]
PRIMITIVES = ['ShearX', 'ShearY']
print(CIFAR)
)";

/// Gives every test a data folder of its own.
class PolicyFolder {
 public:
  PolicyFolder() { qputenv("XDG_DATA_HOME", folder_.filePath("data").toUtf8()); }
  fs::path path() const { return folder_.path().toStdString(); }
  fs::path write(const char* name, const std::string& text) const {
    writeFileAtomically(path() / name, text);
    return path() / name;
  }

 private:
  QTemporaryDir folder_;
};

}  // namespace uada::test
