/// \file
/// What of a file that must not say anything which is not read? Any thread.
#pragma once

#include "yaml/yaml.h"

namespace reeve::yaml {

/// As parse(). \errors also a second document, at its place.
base::Result<Node> parse_only_document(std::string text, std::string file, const Limits& limits = {});

}  // namespace reeve::yaml
