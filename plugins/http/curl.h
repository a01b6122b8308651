/// \file
/// How is an https:// URL asked? By libcurl, which is loaded at the first one: plain HTTP must not pay its 8 MB.
#pragma once

#include "http/fetch.h"

namespace reeve::http {

/// As fetch(). Throws Error(kInvalid) where libcurl is not installed.
Got fetch_by_curl(const Ask& ask, const common::Deadline& deadline);

}  // namespace reeve::http
