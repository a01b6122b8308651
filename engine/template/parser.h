/// \file
/// What is the tree of a template's text? Source: Go's text/template/parse.
#pragma once

#include <map>

#include "template/ast.h"
#include "template/lexer.h"

namespace reeve::tmpl {

/// The named trees of one text.
struct Program {
  NodePtr main;
  std::map<std::string, NodePtr> defined;  ///< by define and block
};

/// Which functions may be named, and which variables the text begins with.
struct Language {
  bool (*has_function)(const std::string& name) = nullptr;
  const char* unknown_function = "";  ///< said after "function ... not defined"
  std::vector<std::string> variables;
};

/// Throws Failure with Go's words.
Program parse_program(std::string_view text, const Language& language);

}  // namespace reeve::tmpl
