#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>

namespace uada {

/// What is asked of a server, and who takes what comes. Its functions are called on the thread that asks.
struct HttpRequest {
  std::string url;
  std::string certificates;  ///< file of those to be trusted; empty: the system's
  std::uint64_t from = 0;    ///< bytes of the file that are there already
  /// Before the first byte. at: 0 where the server begins at the beginning although `from` was asked;
  /// size: of the whole file, 0: not known
  std::function<void(std::uint64_t at, std::uint64_t size)> begin;
  std::function<void(std::span<const std::byte>)> take;
  std::function<bool()> goesOn;  ///< asked at least once a second; false: the transfer ends
};

enum class HttpEnd {
  whole,
  broken,  ///< the line broke, or the server fell silent; what has come is good
  beyond,  ///< there is nothing from `from` on: the file is not longer
  stopped  ///< goesOn() said so
};

struct HttpAnswer {
  HttpEnd end = HttpEnd::whole;
  std::string problem;  ///< of a broken one, in words
  std::string url;      ///< that answered in the end: servers send on to others
};

/// One file from a server, over http or https, through the proxies that the environment names. The only user
/// of libcurl, which is loaded by the first call: the programs start without it.
/// Throws Error naming the address if the server refuses (404), cannot be found or trusted, or if there is no
/// libcurl; and what the functions throw.
HttpAnswer fetchOverHttp(const HttpRequest& request);

/// The address of a link in the page `base`. Throws Error if it is none.
std::string linkedUrl(const std::string& base, const std::string& link);
/// Without user and password, as messages show it.
std::string shownUrl(const std::string& url);

}  // namespace uada
