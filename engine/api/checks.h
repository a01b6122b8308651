/// \file
/// Does this request come from where it claims? Host and Origin, against DNS rebinding and cross-site requests. Pure.
///
/// Source: SAFETY, "Network and files". A page of another site can only reach a loopback address under a name that
/// resolves there, so a name must be known; an IP literal cannot be rebound.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/http.h"

namespace reeve::api {

/// On TCP: an IP literal, `localhost` or one of `names`, with or without a port. On the unix socket any host.
/// \errors kDenied, with what to do.
base::Status check_host(std::string_view host, const std::vector<std::string>& names, Peer::Transport transport);
/// No Origin, or on TCP the request's own `http(s)://HOST`. \errors kDenied.
base::Status check_origin(std::string_view origin, std::string_view host, Peer::Transport transport);

}  // namespace reeve::api
