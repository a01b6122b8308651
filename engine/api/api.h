/// \file
/// How do people and programs talk to a running engine? The front door of the HTTP interface.
///
/// app makes a Server, fills in an Engine (the ports), calls add_routes() and listens. The routes and their shapes:
/// API.md. Design: ARCHITECTURE, "Interfaces"; SAFETY, "Network and files".
#pragma once

#include "api/bus.h"
#include "api/engine.h"
#include "api/http.h"
#include "api/metrics.h"
#include "api/queries.h"
#include "api/records.h"
#include "api/server.h"
#include "api/status.h"
#include "api/verdicts.h"
