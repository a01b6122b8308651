/// \file
/// How does this plugin get an answer from a URL? http:// by the plain client, https:// by libcurl, loaded when needed.
///
/// Redirects are never followed, no proxy is used, certificates are verified. Blocking, one thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/http/client.h"
#include "reeve/lanes.hpp"

namespace reeve::http {

using common::http::Headers;

struct Ask {
  std::string method = "GET";
  std::string url;
  Headers headers;
  std::string body;
  std::string ca_file;    ///< instead of the system's certificates
  size_t room = 1 << 20;  ///< of the answer's body
};

struct Got {
  int status = 0;
  Headers headers;
  std::string body;
  double seconds = 0;
  std::optional<double> certificate_expiry;  ///< earliest of the chain, Unix time
};

/// Throws Error: kInvalid (no URL, body larger than its room), kNotFound (no such host), kTransient, kTimeout, kDenied
/// (a certificate that cannot be trusted), and for other methods than GET and HEAD kUnknownOutcome when it was sent.
Got fetch(const Ask& ask, const common::Deadline& deadline);

common::Deadline deadline_of(const Call& call, Milliseconds at_most);

}  // namespace reeve::http
