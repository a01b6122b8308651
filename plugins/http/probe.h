/// \file
/// Is the URL well? One request, judged.
#pragma once

#include "http/settings.h"

namespace reeve::http {

struct Verdict {
  bool success = false;
  std::string why;  ///< not: in words
  Got got;          ///< status 0: there was no answer
};

/// Never throws for what the other side does.
Verdict probe(const Settings& settings, const common::Deadline& deadline);

}  // namespace reeve::http
