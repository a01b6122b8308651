/// \file
/// What did the file say around this place? The text of one file, its lines, and messages with a caret.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "yaml/yaml.h"

namespace reeve::yaml {

/// Immutable once made. Offsets, lines and columns here count from 0 and in bytes.
class Source {
 public:
  Source(std::string text, std::string file);

  const std::string& text() const { return text_; }
  const std::string& file() const { return file_; }
  /// The offset of a line and column, cut to what exists.
  size_t offset(int line, int column) const;
  Position position(size_t offset) const;
  /// `FILE:LINE:COL: message`, then the lines around it and a caret.
  base::Error error(size_t offset, const std::string& message) const;
  /// \errors the first byte that YAML forbids: not UTF-8, a NUL, another control character.
  base::Status check_characters() const;
  /// \errors more brackets and commas than `most`, or many that are never closed: yaml-cpp keeps a whole flow list as
  /// tokens before it says the first of them.
  base::Status check_flow(size_t most) const;
  /// A line that ends a document (`---`, `...`) begins at or after the line of `from` and not after `to`.
  bool has_separator(size_t from, size_t to) const;
  /// The line of `offset` begins with blanks among which is a tab.
  bool tab_indents(size_t offset) const;

 private:
  size_t line_of(size_t offset) const;
  std::string_view line(size_t number) const;
  std::string excerpt(size_t offset) const;

  std::string text_, file_;
  std::vector<size_t> starts_;  // of each line
};

}  // namespace reeve::yaml
