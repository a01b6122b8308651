#include "http/curl.h"

#include <curl/curl.h>
#include <dlfcn.h>

#include <algorithm>

namespace reeve::http {

namespace {

/// The functions of libcurl that are used here.
struct Library {
  decltype(&::curl_global_init) global_init = nullptr;
  decltype(&::curl_easy_init) easy_init = nullptr;
  decltype(&::curl_easy_setopt) setopt = nullptr;
  decltype(&::curl_easy_perform) perform = nullptr;
  decltype(&::curl_easy_getinfo) getinfo = nullptr;
  decltype(&::curl_easy_strerror) strerror = nullptr;
  decltype(&::curl_easy_cleanup) cleanup = nullptr;
  decltype(&::curl_slist_append) append = nullptr;
  decltype(&::curl_slist_free_all) free_all = nullptr;
  decltype(&::curl_getdate) getdate = nullptr;
  std::string missing;
};

Library load() {
  Library lib;
  void* object = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
  if (object == nullptr) {
    lib.missing = "https needs libcurl (libcurl.so.4), which is not installed";
    return lib;
  }
  auto find = [&](auto& function, const char* name) {
    function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(object, name));
    if (function == nullptr) lib.missing = std::string("libcurl.so.4 has no ") + name;
  };
  find(lib.global_init, "curl_global_init");
  find(lib.easy_init, "curl_easy_init");
  find(lib.setopt, "curl_easy_setopt");
  find(lib.perform, "curl_easy_perform");
  find(lib.getinfo, "curl_easy_getinfo");
  find(lib.strerror, "curl_easy_strerror");
  find(lib.cleanup, "curl_easy_cleanup");
  find(lib.append, "curl_slist_append");
  find(lib.free_all, "curl_slist_free_all");
  find(lib.getdate, "curl_getdate");
  if (lib.missing.empty() && lib.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) lib.missing = "libcurl does not start";
  return lib;
}

/// Loaded once, by whichever lane needs it first (a static of a function is initialised under a lock).
const Library& library() {
  static const Library lib = load();
  if (!lib.missing.empty()) throw Error(Fault::kInvalid, lib.missing);
  return lib;
}

/// One transfer and what it collects.
class Transfer {
 public:
  Transfer(const Ask& ask, const common::Deadline& deadline)
      : lib_(library()), ask_(ask), deadline_(deadline), easy_(lib_.easy_init()) {
    if (easy_ == nullptr) throw Error(Fault::kTransient, "libcurl has no handle");
  }
  ~Transfer() {
    lib_.free_all(headers_);
    lib_.cleanup(easy_);
  }
  Transfer(const Transfer&) = delete;

  Got run() {
    set_up();
    CURLcode code = lib_.perform(easy_);
    if (code != CURLE_OK) fail(code);
    long status = 0;
    lib_.getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
    got_.status = static_cast<int>(status);
    got_.certificate_expiry = certificate_expiry();
    return std::move(got_);
  }

 private:
  template <class Value>
  void set(CURLoption option, Value value) {
    lib_.setopt(easy_, option, value);
  }

  void set_up() {
    set(CURLOPT_URL, ask_.url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "https");
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_PROXY, "");
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_CERTINFO, 1L);
    set(CURLOPT_USERAGENT, "reeve");
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(std::max<int64_t>(1, std::min<int64_t>(deadline_.left_ms(), 1 << 30))));
    set(CURLOPT_ERRORBUFFER, problem_);
    if (!ask_.ca_file.empty()) set(CURLOPT_CAINFO, ask_.ca_file.c_str());
    set_up_request();
    set(CURLOPT_WRITEFUNCTION, &Transfer::on_body);
    set(CURLOPT_WRITEDATA, this);
    set(CURLOPT_HEADERFUNCTION, &Transfer::on_header);
    set(CURLOPT_HEADERDATA, this);
    set(CURLOPT_NOPROGRESS, 0L);
    set(CURLOPT_XFERINFOFUNCTION, &Transfer::on_progress);
    set(CURLOPT_XFERINFODATA, this);
  }

  void set_up_request() {
    for (const auto& [name, value] : ask_.headers) {
      if ((name + value).find_first_of("\r\n") != std::string::npos || (name + value).find('\0') != std::string::npos) {
        throw Error(Fault::kInvalid, "a header with characters that HTTP forbids");
      }
      headers_ = lib_.append(headers_, (name + ": " + value).c_str());
    }
    headers_ = lib_.append(headers_, "Expect:");  // no waiting for a 100 Continue
    set(CURLOPT_HTTPHEADER, headers_);
    if (ask_.method == "HEAD") set(CURLOPT_NOBODY, 1L);
    if (ask_.method == "GET" || ask_.method == "HEAD") return;
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(ask_.body.size()));
    set(CURLOPT_POSTFIELDS, ask_.body.data());
    set(CURLOPT_CUSTOMREQUEST, ask_.method.c_str());
  }

  static size_t on_body(char* bytes, size_t, size_t size, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    if (transfer.got_.body.size() + size > transfer.ask_.room) {
      transfer.too_large_ = true;
      return 0;
    }
    transfer.got_.body.append(bytes, size);
    return size;
  }

  static size_t on_header(char* bytes, size_t, size_t size, void* self) {
    std::string_view line(bytes, size);
    size_t colon = line.find(':');
    Headers& headers = static_cast<Transfer*>(self)->got_.headers;
    if (line.starts_with("HTTP/")) headers.clear();  // after a 1xx
    if (colon == std::string_view::npos) return size;
    std::string_view value = line.substr(colon + 1);
    while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
    while (!value.empty() && (value.back() == '\r' || value.back() == '\n')) value.remove_suffix(1);
    headers.emplace_back(line.substr(0, colon), value);
    return size;
  }

  static int on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<Transfer*>(self)->deadline_.over() ? 1 : 0;
  }

  [[noreturn]] void fail(CURLcode code) {
    std::string why = problem_[0] != '\0' ? problem_ : lib_.strerror(code);
    if (too_large_) why = "an answer larger than " + std::to_string(ask_.room) + " bytes";
    std::string text = ask_.method + " " + ask_.url + ": " + why;
    if (too_large_) throw Error(Fault::kInvalid, text);
    long sent = 0;
    lib_.getinfo(easy_, CURLINFO_REQUEST_SIZE, &sent);
    if (sent > 0 && ask_.method != "GET" && ask_.method != "HEAD") throw Error(Fault::kUnknownOutcome, text);
    throw Error(fault_of(code), text);
  }

  static Fault fault_of(CURLcode code) {
    switch (code) {
      case CURLE_COULDNT_RESOLVE_HOST:
        return Fault::kNotFound;
      case CURLE_OPERATION_TIMEDOUT:
      case CURLE_ABORTED_BY_CALLBACK:
        return Fault::kTimeout;
      case CURLE_PEER_FAILED_VERIFICATION:
      case CURLE_SSL_CONNECT_ERROR:
      case CURLE_SSL_CACERT_BADFILE:
      case CURLE_SSL_CERTPROBLEM:
        return Fault::kDenied;
      case CURLE_URL_MALFORMAT:
      case CURLE_UNSUPPORTED_PROTOCOL:
        return Fault::kInvalid;
      default:
        return Fault::kTransient;
    }
  }

  std::optional<double> certificate_expiry() {
    curl_certinfo* chain = nullptr;
    std::optional<double> earliest;
    if (lib_.getinfo(easy_, CURLINFO_CERTINFO, &chain) != CURLE_OK || chain == nullptr) return earliest;
    for (int i = 0; i < chain->num_of_certs; ++i) {
      for (const curl_slist* entry = chain->certinfo[i]; entry != nullptr; entry = entry->next) {
        std::string_view line = entry->data;
        if (!line.starts_with("Expire date:")) continue;
        auto expires = static_cast<double>(lib_.getdate(std::string(line.substr(12)).c_str(), nullptr));
        if (expires > 0) earliest = earliest ? std::min(*earliest, expires) : expires;
      }
    }
    return earliest;
  }

  const Library& lib_;
  const Ask& ask_;
  const common::Deadline& deadline_;
  CURL* easy_;
  curl_slist* headers_ = nullptr;
  char problem_[CURL_ERROR_SIZE] = "";
  bool too_large_ = false;
  Got got_;
};

}  // namespace

Got fetch_by_curl(const Ask& ask, const common::Deadline& deadline) {
  return Transfer(ask, deadline).run();
}

}  // namespace reeve::http
