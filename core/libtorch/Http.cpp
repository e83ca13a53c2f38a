#include "core/libtorch/Http.h"

// CURLOPT_PROTOCOLS: what stands for it since 7.85, the libcurl that is loaded may not know.
#define CURL_DISABLE_DEPRECATION
#include <curl/curl.h>
#include <dlfcn.h>
#include <fmt/core.h>

#include <exception>
#include <memory>

#include "core/base/Error.h"
#include "core/base/Printable.h"

namespace uada {
namespace {

/// The calls of libcurl that are made here. Loaded, because linked with all that it needs it would add 9 ms
/// to the 14 of each start, and hardly any fetches something; and the machine's own knows its certificates.
struct Curl {
  decltype(&::curl_easy_init) init;
  decltype(&::curl_easy_setopt) set;
  decltype(&::curl_easy_perform) perform;
  decltype(&::curl_easy_getinfo) info;
  decltype(&::curl_easy_cleanup) cleanup;
  decltype(&::curl_easy_strerror) text;
  decltype(&::curl_url) newUrl;
  decltype(&::curl_url_set) setUrl;
  decltype(&::curl_url_get) getUrl;
  decltype(&::curl_url_cleanup) cleanupUrl;
  decltype(&::curl_free) free;
};

Curl loadCurl() {
  void* library = ::dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
  for (const char* other : {"libcurl-gnutls.so.4", "libcurl-nss.so.4"})
    if (!library) library = ::dlopen(other, RTLD_NOW | RTLD_LOCAL);
  if (!library)
    throw Error(
        "nothing can be fetched, because libcurl.so.4 is not on this machine (Debian: apt-get install "
        "libcurl4); or fetch LibTorch on another one, copy it and name its folder 'torch' in UADA_LIBTORCH");
  const auto take = [&](auto& call, const char* name) {
    call = reinterpret_cast<std::remove_reference_t<decltype(call)>>(::dlsym(library, name));
    if (!call) throw Error(fmt::format("the libcurl of this machine has no '{}': it is too old", name));
  };
  Curl curl{};
  decltype(&::curl_global_init) begin = nullptr;
  take(begin, "curl_global_init");
  take(curl.init, "curl_easy_init");
  take(curl.set, "curl_easy_setopt");
  take(curl.perform, "curl_easy_perform");
  take(curl.info, "curl_easy_getinfo");
  take(curl.cleanup, "curl_easy_cleanup");
  take(curl.text, "curl_easy_strerror");
  take(curl.newUrl, "curl_url");
  take(curl.setUrl, "curl_url_set");
  take(curl.getUrl, "curl_url_get");
  take(curl.cleanupUrl, "curl_url_cleanup");
  take(curl.free, "curl_free");
  begin(CURL_GLOBAL_DEFAULT);
  return curl;
}

const Curl& curl() {
  static const Curl loaded = loadCurl();
  return loaded;
}

/// One request under way: what libcurl's callbacks are given. They are C: what is thrown in them is kept, and
/// thrown when libcurl has returned.
class Transfer {
 public:
  explicit Transfer(const HttpRequest& request) : request_(request), handle_(curl().init(), curl().cleanup) {
    if (!handle_) throw Error("libcurl could not be started: memory is short");
    describe();
  }
  HttpAnswer perform() {
    const CURLcode code = curl().perform(handle_.get());
    if (thrown_) std::rethrow_exception(thrown_);
    const char* last = nullptr;
    curl().info(handle_.get(), CURLINFO_EFFECTIVE_URL, &last);
    HttpAnswer answer{HttpEnd::whole, "", last ? last : request_.url};
    if (code == CURLE_OK) return answer;
    if (isStopped_) return answer.end = HttpEnd::stopped, answer;
    if (code == CURLE_HTTP_RETURNED_ERROR) return refused(answer);
    answer.problem = words_[0] ? words_ : curl().text(code);
    if (!hasBegun_)
      throw Error(fmt::format("'{}' cannot be fetched: {}", shownUrl(answer.url), quotable(answer.problem)));
    return answer.end = HttpEnd::broken, answer;
  }

 private:
  template <class Value>
  void set(CURLoption option, Value value) {
    curl().set(handle_.get(), option, value);
  }
  void describe() {
    constexpr long kConnect = 30, kSilence = 60;  // seconds
    constexpr long kProtocols = CURLPROTO_HTTP | CURLPROTO_HTTPS;
    set(CURLOPT_URL, request_.url.c_str());
    set(CURLOPT_PROTOCOLS, kProtocols);
    set(CURLOPT_REDIR_PROTOCOLS, kProtocols);
    set(CURLOPT_USERAGENT, "uada/" UADA_VERSION);
    set(CURLOPT_FOLLOWLOCATION, 1L);
    set(CURLOPT_MAXREDIRS, 10L);
    set(CURLOPT_FAILONERROR, 1L);
    set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_OPTIONAL));
    set(CURLOPT_NOSIGNAL, 1L);  // other threads run
    set(CURLOPT_CONNECTTIMEOUT, kConnect);
    set(CURLOPT_LOW_SPEED_LIMIT, 1L);
    set(CURLOPT_LOW_SPEED_TIME, kSilence);
    set(CURLOPT_ERRORBUFFER, words_);
    if (!request_.certificates.empty()) set(CURLOPT_CAINFO, request_.certificates.c_str());
    // Not CURLOPT_RESUME_FROM: that fails where a server cannot, instead of beginning again.
    range_ = std::to_string(request_.from) + "-";
    if (request_.from > 0) set(CURLOPT_RANGE, range_.c_str());
    set(CURLOPT_WRITEFUNCTION, &Transfer::write);
    set(CURLOPT_WRITEDATA, this);
    set(CURLOPT_NOPROGRESS, 0L);
    set(CURLOPT_XFERINFOFUNCTION, &Transfer::progress);
    set(CURLOPT_XFERINFODATA, this);
  }

  long status() const {
    long status = 0;
    curl().info(handle_.get(), CURLINFO_RESPONSE_CODE, &status);
    return status;
  }
  HttpAnswer refused(HttpAnswer& answer) const {
    constexpr long kBeyond = 416;
    if (status() == kBeyond && request_.from > 0) return answer.end = HttpEnd::beyond, answer;
    throw Error(fmt::format("'{}' cannot be fetched: the server answers {}", shownUrl(answer.url), status()));
  }

  void begin() {
    constexpr long kPart = 206;
    hasBegun_ = true;
    curl_off_t length = 0;
    curl().info(handle_.get(), CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    const std::uint64_t at = status() == kPart ? request_.from : 0;
    request_.begin(at, length > 0 ? at + static_cast<std::uint64_t>(length) : 0);
  }
  void takePiece(std::span<const std::byte> piece) {
    if (!hasBegun_) begin();
    request_.take(piece);
  }

  static std::size_t write(char* data, std::size_t size, std::size_t count, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    try {
      transfer.takePiece(std::as_bytes(std::span(data, size * count)));
      return size * count;
    } catch (...) {
      transfer.thrown_ = std::current_exception();
      return 0;  // ends the transfer
    }
  }
  static int progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    auto& transfer = *static_cast<Transfer*>(self);
    try {
      transfer.isStopped_ = !transfer.request_.goesOn();
      return transfer.isStopped_ ? 1 : 0;
    } catch (...) {
      transfer.thrown_ = std::current_exception();
      return 1;  // ends the transfer
    }
  }

  const HttpRequest& request_;
  std::unique_ptr<CURL, decltype(&::curl_easy_cleanup)> handle_;
  std::string range_;
  char words_[CURL_ERROR_SIZE] = "";
  bool hasBegun_ = false, isStopped_ = false;
  std::exception_ptr thrown_;
};

/// An address in its parts.
class Url {
 public:
  Url() : handle_(curl().newUrl(), curl().cleanupUrl) {}
  /// A link is taken relative to what was set before.
  bool set(CURLUPart part, const char* text) {
    return curl().setUrl(handle_.get(), part, text, 0) == CURLUE_OK;
  }
  std::string text() const {
    char* text = nullptr;
    if (curl().getUrl(handle_.get(), CURLUPART_URL, &text, 0) != CURLUE_OK) return "";
    const std::unique_ptr<char, decltype(&::curl_free)> owned(text, curl().free);
    return text;
  }

 private:
  std::unique_ptr<CURLU, decltype(&::curl_url_cleanup)> handle_;
};

}  // namespace

HttpAnswer fetchOverHttp(const HttpRequest& request) { return Transfer(request).perform(); }

std::string linkedUrl(const std::string& base, const std::string& link) {
  Url url;
  if (!url.set(CURLUPART_URL, base.c_str()) || !url.set(CURLUPART_URL, link.c_str()))
    throw Error(fmt::format("'{}' has a link '{}' that leads nowhere", shownUrl(base), quotable(link)));
  return url.text();
}

std::string shownUrl(const std::string& url) {
  const auto scheme = url.find("://");
  if (scheme == url.npos) return quotable(url);
  const auto begin = scheme + 3, path = url.find('/', begin), at = url.rfind('@', path);
  return quotable(at == url.npos || at < begin ? url : url.substr(0, begin) + url.substr(at + 1));
}

}  // namespace uada
