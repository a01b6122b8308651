/// \file
/// How is the Docker Engine asked? Its HTTP API over the unix socket, each call with a deadline, faults as
/// reeve::Error.
///
/// Blocking; one object per lane, one kept-alive connection in it.
#pragma once

#include <string>

#include "common/http/client.h"
#include "reeve/lanes.hpp"

namespace reeve::docker {

/// The wait of one call of a lane: ends at its deadline or when it is cancelled.
common::Deadline deadline_of(const Call& call);

class EngineApi {
 public:
  explicit EngineApi(std::string socket) : connection_({std::move(socket), {}, 0}) {}

  /// GET of a path without its version, as parsed JSON. \errors of Error: kNotFound, kConflict, kInvalid, kDenied,
  /// kTransient (no engine, or its own 500), kTimeout.
  Json get(const std::string& path, const common::Deadline& deadline);
  /// GET of something that is no JSON.
  common::http::Response get_raw(const std::string& path, const common::Deadline& deadline, size_t room);
  /// POST without a body. The status: 204 done, 304 nothing to do. \errors as get(), and kUnknownOutcome.
  int post(const std::string& path, const common::Deadline& deadline);

  /// Opens an answer that goes on for ever; the pieces come from read(), "" at its end.
  void open(const std::string& path, const common::Deadline& deadline);
  std::string read(const common::Deadline& deadline);

  /// The engine's own clock, nanoseconds of Unix time.
  int64_t now_ns(const common::Deadline& deadline);

 private:
  /// With the highest version that both sides know.
  std::string versioned(const std::string& path, const common::Deadline& deadline);
  common::http::Connection connection_;
  std::string version_;
};

}  // namespace reeve::docker
