#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

// LibTorch has Gloo inside, and brings a header, ProcessGroupGloo.hpp, that includes five of Gloo's own,
// which it does not bring. Of what those declare, the header only keeps pointers to and derives from what
// stands here, and so do we: nothing of it is ever made on this side. CMake gives this file the five names
// (core/engine/CMakeLists.txt).
namespace gloo {

class Context {
 public:
  void setTimeout(std::chrono::milliseconds timeout);
};

namespace rendezvous {
class Store {
 public:
  virtual ~Store();
  virtual void set(const std::string& key, const std::vector<char>& data) = 0;
  virtual std::vector<char> get(const std::string& key) = 0;
  virtual void wait(const std::vector<std::string>& keys) = 0;
  virtual void wait(const std::vector<std::string>& keys, const std::chrono::milliseconds& timeout) = 0;
};
}  // namespace rendezvous

namespace transport {
class Device;
class UnboundBuffer {
 public:
  virtual ~UnboundBuffer();
};
}  // namespace transport

}  // namespace gloo
