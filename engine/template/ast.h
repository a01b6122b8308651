/// \file
/// What is a parsed template? The tree of Go's text/template/parse.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "template/number.h"

namespace reeve::tmpl {

struct Node;
using NodePtr = std::unique_ptr<Node>;

enum class NodeType {
  // What stands in a list.
  kText,
  kAction,
  kIf,
  kWith,
  kRange,
  kTemplate,
  kBreak,
  kContinue,
  kList,
  kEnd,   // only while parsing
  kElse,  // only while parsing
  // What stands in an action.
  kPipe,
  kCommand,
  kIdentifier,
  kField,     ///< .A.B
  kVariable,  ///< $x.A.B
  kChain,     ///< (pipe).A.B
  kDot,
  kNil,
  kBool,
  kNumber,
  kString,
};

struct Node {
  NodeType type = NodeType::kList;
  size_t offset = 0;               ///< in the template's text
  std::string text;                ///< text; a function's name; a constant as written; a template's name
  std::string value;               ///< of a string constant
  std::vector<std::string> names;  ///< kField, kChain: fields; kVariable: `$x`, then fields
  std::vector<NodePtr> children;   ///< kList: all; kPipe: commands; kCommand: operands; kChain: what is before the dot
  std::vector<std::string> declared;  ///< kPipe: the variables it sets
  bool assigns = false;               ///< kPipe: `=` rather than `:=`
  bool truth = false;                 ///< kBool
  Number number;                      ///< kNumber
  NodePtr pipe;                       ///< kAction, kIf, kWith, kRange, kTemplate (may be null)
  NodePtr body, otherwise;            ///< kIf, kWith, kRange; otherwise may be null
};

/// The node in Go's canonical form, as messages name it.
std::string node_text(const Node& node);

}  // namespace reeve::tmpl
