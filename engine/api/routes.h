/// \file
/// Which handler answers, and may this caller ask? The one table of rights; what it does not name is denied. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "api/http.h"

namespace reeve::api {

class Routes {
 public:
  /// See Server::handle.
  void add(const std::string& method, const std::string& pattern, Right right, Handler handler);

  struct Found {
    const Handler* handler = nullptr;  ///< nullptr: denied with `status`
    Right right = Right::kRead;
    Pairs path_params;
    int status = 404;   ///< 404 unknown path, 405 method unknown here, 403 not by this transport
    std::string allow;  ///< the methods that this transport may use there, for 405
  };
  Found find(std::string_view method, const std::vector<std::string>& segments, Peer::Transport transport) const;

  /// `METHOD PATTERN RIGHT`, sorted by pattern.
  std::vector<std::string> list() const;

 private:
  struct Route {
    Right right = Right::kRead;
    Handler handler;
  };
  struct Pattern {
    std::vector<std::string> segments;  ///< a name in braces takes any one segment that is not empty
    std::map<std::string, Route, std::less<>> methods;
    bool matches(const std::vector<std::string>& path) const;
    bool before(const Pattern& other) const;  ///< a word is more exact than a name
  };
  std::map<std::string, Pattern> patterns_;
};

}  // namespace reeve::api
