/// \file
/// What is a runbook told of a container? The answers of list and inspect, without environment values: those hold
/// secrets.
#pragma once

#include "docker/container.h"

namespace reeve::docker {

/// {id, name, image, state, running, health, exit_code, oom_killed, started_at, finished_at, restart_count}
Json report(const Container& container);
/// One row of /containers/json.
Json report_row(const Json& row);
/// The whole of /containers/<id>/json that is of use to people.
Json report_inspect(const Json& json);

}  // namespace reeve::docker
