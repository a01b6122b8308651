/// \file
/// What does an instance probe and scrape, and where may its actions go? The configuration, read.
#pragma once

#include <string>
#include <vector>

#include "http/fetch.h"

namespace reeve::http {

struct Settings {
  std::string name;
  std::string url;      ///< "" : nothing is probed
  std::string metrics;  ///< "" : nothing is scraped
  std::string method = "GET";
  std::vector<std::string> expect;  ///< "200", "2xx"
  std::string contains;
  Headers headers;
  std::string bearer;
  std::string ca_file;
  Milliseconds timeout{5'000};
  Milliseconds watch{0};  ///< zero: the watcher does not probe
  std::vector<std::string> allow;

  /// Throws Error(kInvalid) for what the table of keys cannot say.
  static Settings of(const Config& config);
  std::string target() const { return "http/" + name; }
  /// A request to this URL, with the instance's headers when it goes to the instance's own server.
  Ask ask(const std::string& to) const;
  bool expected(int status) const;
  /// Is it below one of `allow`, without a way out of it ("/a/../b")?
  bool allows(const std::string& to) const;
};

/// Is `status` one of "200", "2xx", ...? Throws Error(kInvalid) for a word that is none of these.
bool is_one_of(int status, const std::vector<std::string>& expect);
/// A number, a text, or a list of them.
std::vector<std::string> statuses_of(const Json& json);

}  // namespace reeve::http
