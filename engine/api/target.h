/// \file
/// What does a request target ask for? `/a/b%20c?x=1&y=2` and form bodies as segments and pairs. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/http.h"

namespace reeve::api {

struct Target {
  std::vector<std::string> segments;  ///< decoded, so `%2F` stays inside its segment
  std::string path;                   ///< decoded, for logs
  Pairs params;
};

/// \errors kInvalid: no absolute path, a broken escape, `.` or `..` as a segment, a control character in the path.
base::Result<Target> parse_target(std::string_view raw);
/// `a=1&b=x+y`, as a browser sends it. \errors kInvalid: a broken escape.
base::Result<Pairs> parse_form(std::string_view text);
/// For building a target: everything but letters, digits and `-._~` escaped.
std::string escape(std::string_view text);

}  // namespace reeve::api
