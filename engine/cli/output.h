/// \file
/// How does the terminal show it? Aligned tables, times that people read, colours only where they are wanted.
///
/// Text that others wrote may hold anything: control characters are shown, never sent to the terminal.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include "base/base.h"
#include "model/value.h"

namespace reeve::cli {

enum class Colour { kNone, kRed, kGreen, kYellow, kDim, kBold };

struct Style {
  bool colours = false;
  bool cuts = true;  ///< long texts are shortened; false where no terminal reads
  /// What a text that may take `most` columns takes here.
  size_t columns(size_t most) const { return cuts ? most : SIZE_MAX; }
  std::string paint(std::string_view text, Colour colour) const;
};

/// Control characters and bytes that are no UTF-8 as `\x1b`; newlines and tabs as blanks.
std::string printable(std::string_view text);
/// Terminal columns, counting code points.
size_t width_of(std::string_view text);
/// At most `columns`, the cut shown by `…`.
std::string shortened(std::string_view text, size_t columns);

/// "now", "12s ago", "3m ago", "5h ago", "2d ago", beyond a month the date; "in 3m" for the future; "-" for zero.
std::string ago(base::Time at, base::Time now);
/// "12s", "3m20s", "5h10m", "2d3h"; "250ms" below a second.
std::string span(base::Duration duration);
/// `{a="b", c="d"}` without alertname.
std::string labels_text(const model::Value& labels);
/// `key=value` of each scalar, as far as `columns` reach.
std::string brief(const model::Value& map, size_t columns);

class Table {
 public:
  explicit Table(std::vector<std::string> heads) : heads_(std::move(heads)) {}
  struct Cell {
    Cell(std::string t, Colour c = Colour::kNone) : text(std::move(t)), colour(c) {}  // NOLINT: reads well
    Cell(const char* t) : text(t) {}                                                  // NOLINT
    std::string text;
    Colour colour = Colour::kNone;
  };
  void add(std::vector<Cell> row) { rows_.push_back(std::move(row)); }
  bool empty() const { return rows_.empty(); }
  /// Nothing at all when it is empty.
  void print(std::ostream& out, const Style& style, std::string_view indent = "") const;

 private:
  std::vector<std::string> heads_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace reeve::cli
