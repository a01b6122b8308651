/// \file
/// How does a stream of events become our tree? Refuses duplicate keys, cycles and what is beyond a limit; merges `<<`.
#pragma once

#include <unordered_map>

#include "yaml/tree.h"

namespace reeve::yaml {

/// Thrown by the Builder through yaml-cpp; never leaves parse().
struct Refused {
  base::Error error;
};

/// One document. Offsets are in the file; anchors are yaml-cpp's numbers, 0: none.
class Builder {
 public:
  Builder(std::shared_ptr<const Source> source, const Limits& limits);

  void null(size_t offset, size_t anchor);
  void alias(size_t offset, size_t anchor);
  void scalar(size_t offset, const std::string& tag, size_t anchor, const std::string& value);
  void open(Node::Kind kind, size_t offset, const std::string& tag, size_t anchor);
  void close();
  /// The document; a null node when there was none.
  Node finish();
  /// Where the last of its nodes begins.
  size_t last_offset() const { return last_; }

 private:
  /// A finished node and what it costs those who walk it.
  struct Built {
    std::shared_ptr<const Node::Data> data;
    size_t weight = 1;  ///< nodes, those behind aliases counted each time
    size_t height = 1;  ///< levels
  };
  /// A list or map that is still open.
  struct Open {
    std::shared_ptr<Node::Data> data;
    size_t anchor = 0, weight = 1, height = 1;
    std::shared_ptr<const Node::Data> key;                 // waits for its value
    std::unordered_map<std::string_view, size_t> offsets;  // of the keys so far
  };

  [[noreturn]] void refuse(size_t offset, const std::string& message) const;
  std::shared_ptr<Node::Data> make(Node::Kind kind, size_t offset);
  void done(Built built, size_t anchor, size_t offset);
  void take_key(Open& map, const Built& built, size_t offset);
  void merge(Open& map);
  void merge_one(Open& map, const Node& from);

  std::shared_ptr<const Source> source_;
  Limits limits_;
  std::vector<Open> open_;
  std::unordered_map<size_t, Built> anchors_;
  std::shared_ptr<const Node::Data> root_;
  size_t nodes_ = 0, expanded_ = 0, last_ = 0;
};

}  // namespace reeve::yaml
