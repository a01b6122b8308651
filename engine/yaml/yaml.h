/// \file
/// What does a YAML file say, exactly? Strict typed reading with file:line:column errors and "did you mean".
///
/// Plain data only; the first document only, what follows it is not read; duplicate keys, cycles and aliases beyond a
/// budget are refused; `<<` merges as YAML 1.1 says (what stands in the map itself wins); `yes`, `012`, quoted numbers
/// keep their text (only plain `true/false` are booleans). yaml-cpp behind our own tree. Any thread.
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
  int line = 0, column = 0;  ///< from 1; the column counts characters, not bytes
  std::string text() const;  ///< "rules/api.yaml:14:11"
};

/// A node of the tree; immutable, cheap to copy, keeps the file's text alive for carets.
class Node {
 public:
  enum class Kind { kNull, kScalar, kList, kMap };
  Kind kind() const;
  /// Of the first character of its text: of a block scalar the text, not the bar; of what an alias names, the original.
  Position position() const;
  bool quoted() const;                     ///< a scalar in quotes or a block scalar: text, never a number or a boolean
  const std::string& scalar() const;       ///< as written, quotes and escapes resolved; empty when it is no scalar
  const std::vector<Node>& items() const;  ///< empty when it is no list
  /// Key node, value node, in file order, then what was merged; each key once. Empty when it is no map.
  const std::vector<std::pair<Node, Node>>& pairs() const;
  /// The value of a key, which may be a null node; nullptr when there is none or this is no map.
  const Node* find(std::string_view key) const;

  /// `FILE:LINE:COL: message` with two lines before and after it and a caret. Fault kInvalid.
  base::Error error(const std::string& message) const;
  /// The same for a place inside a scalar's text, where another language has found an error; line and column (in bytes)
  /// from 1 within scalar(). Where the place cannot be found in the file, it is the scalar's own.
  base::Error error_at(int line, int column, const std::string& message) const;

  // Each of these is an error() saying what was expected when the node is something else.
  base::Result<std::string> text() const;  ///< any scalar, a null is an error
  base::Result<std::string> text_or_empty()
      const;                              ///< as text(), a null is empty: labels and annotations in Go's reading
  base::Result<bool> boolean() const;     ///< plain true or false
  base::Result<int64_t> integer() const;  ///< plain decimal, 0x or 0o; `012` is refused as ambiguous
  base::Result<double> number() const;    ///< plain, also .inf and .nan
  base::Result<base::Duration> duration() const;  ///< Prometheus syntax
  base::Result<model::Value> value() const;       ///< the YAML 1.2 core meaning of everything below
  /// \errors the first key that is not in `known`: `unknown field "fro" (did you mean "for"?)`, or it is no map.
  base::Status only(std::initializer_list<std::string_view> known) const;
  base::Status only(const std::vector<std::string>& known) const;
  /// \errors `WHAT must be a map, but is a list`.
  base::Status must_be(Kind kind, const char* what) const;
  /// The value of a key that must be there and not null. \errors `missing field "expr"`, at this map.
  base::Result<Node> need(std::string_view key) const;

  struct Data;
  explicit Node(std::shared_ptr<const Data> data) : data_(std::move(data)) {}

 private:
  std::shared_ptr<const Data> data_;
};

struct Limits {
  size_t bytes = 16 << 20;
  size_t nodes = 1'000'000;           ///< written in the file
  size_t alias_expansions = 100'000;  ///< nodes that aliases stand for, counted each time
  size_t depth = 100;                 ///< of nesting, through aliases too
};

/// The first document of `text`; `file` is for the messages. An empty file is a null node. \errors kInvalid: no YAML,
/// no UTF-8, control characters, beyond a limit.
base::Result<Node> parse(std::string text, std::string file, const Limits& limits = {});
/// \errors kNotFound, kUnavailable (unreadable), kInvalid.
base::Result<Node> load(const std::string& path, const Limits& limits = {});

}  // namespace reeve::yaml
