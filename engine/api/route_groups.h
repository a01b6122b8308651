/// \file
/// Which groups of routes are there? Private to api: one file each, joined by add_routes().
#pragma once

#include <memory>

#include "api/engine.h"

namespace reeve::api {

/// What every handler needs.
struct Context {
  Engine engine;
  const base::Clock& clock;
};
using Shared = std::shared_ptr<const Context>;

void add_operate_routes(Server& server, const Shared& context);     ///< /-/..., /metrics
void add_prometheus_routes(Server& server, const Shared& context);  ///< /api/v1/...
void add_state_routes(Server& server, const Shared& context);       ///< /api/reeve/...: what is so
void add_change_routes(Server& server, const Shared& context);      ///< /api/reeve/...: what changes something

/// The answer of a route whose port app left empty.
base::Error not_available();

/// `reeve`'s parameters of time and number. \errors kInvalid naming the parameter.
base::Result<size_t> size_param(const Request& request, const char* name, size_t otherwise);
base::Result<base::Time> time_param(const Request& request, const char* name, base::Time otherwise);

}  // namespace reeve::api
