/// \file
/// What is a node made of?
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "yaml/source.h"

namespace reeve::yaml {

/// How a scalar stands in the file.
enum class Style { kPlain, kSingle, kDouble, kBlock };

struct Node::Data {
  std::shared_ptr<const Source> source;
  size_t offset = 0;  ///< where it begins: of a quoted scalar the quote, of a block scalar its first character
  Kind kind = Kind::kNull;
  Style style = Style::kPlain;
  bool quoted = false;  ///< text whatever it looks like: by its style or by `!!str`
  std::string scalar;
  std::vector<Node> items;
  std::vector<std::pair<Node, Node>> pairs;
};

/// The style of the scalar whose node begins at `offset`; moves `offset` over anchors, tags and the bar to its text.
Style find_scalar(const std::string& file, size_t& offset);
/// False: the quoted scalar at `offset` goes on to the end of the file (yaml-cpp 0.7 takes that).
bool is_closed(const std::string& file, size_t offset, Style style);
/// Of a value that is not written yaml-cpp knows only where the next thing begins: the end of what is before it.
size_t place_of_null(const std::string& file, size_t offset);
/// The offset in the file of byte `at` of a scalar's text; npos: not found.
size_t place_in_file(const Node::Data& node, size_t at);

}  // namespace reeve::yaml
