/// \file
/// What does a YAML file say, exactly? Strict typed reading with file:line:column errors and "did you mean".
///
/// Plain data only; first document only where asked; duplicate keys, cycles and aliases beyond a budget are refused;
/// `yes`, `012`, quoted numbers keep their text (only plain `true/false` are booleans). yaml-cpp behind our own tree.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/base.h"
#include "model/value.h"

namespace reeve::yaml {

struct Position {
  std::string file;
  int line = 0, column = 0;  ///< from 1
  std::string text() const;  ///< "rules/api.yaml:14:11"
};

/// A node of the tree; immutable, cheap to copy, keeps the file's text alive for carets.
class Node {
 public:
  enum class Kind { kNull, kScalar, kList, kMap };
  Kind kind() const;
  const Position& position() const;
  bool quoted() const;  ///< a scalar in quotes or a block scalar: text, never a number or a boolean
  const std::string& scalar() const;
  const std::vector<Node>& items() const;
  const std::vector<std::pair<Node, Node>>& pairs() const;  ///< key node, value node, in file order
  const Node* find(std::string_view key) const;

  /// `FILE:LINE:COL: message` with two lines before and after it and a caret. Fault kInvalid.
  base::Error error(const std::string& message) const;

  base::Result<std::string> text() const;  ///< any scalar
  base::Result<bool> boolean() const;
  base::Result<int64_t> integer() const;
  base::Result<double> number() const;
  base::Result<base::Duration> duration() const;  ///< Prometheus syntax
  base::Result<model::Value> value() const;       ///< the YAML 1.2 core meaning of everything below
  /// \errors the first key that is not in `known`: `unknown field "fro" (did you mean "for"?)`.
  base::Status only(std::initializer_list<std::string_view> known) const;
  base::Status must_be(Kind kind, const char* what) const;

  struct Data;
  explicit Node(std::shared_ptr<const Data> data) : data_(std::move(data)) {}

 private:
  std::shared_ptr<const Data> data_;
};

struct Limits {
  size_t bytes = 16 << 20, nodes = 1'000'000, alias_expansions = 100'000, depth = 100;
};

/// The first document of `text`; `file` is for the messages. An empty file is a null node.
base::Result<Node> parse(std::string text, std::string file, const Limits& limits = {});
/// \errors kNotFound, kUnavailable (unreadable), kInvalid.
base::Result<Node> load(const std::string& path, const Limits& limits = {});

}  // namespace reeve::yaml
