/// \file
/// How is one value written under one verb with its flags? The inner part of Go's fmt.
#pragma once

#include "template/format.h"

namespace reeve::tmpl {

struct Flags {
  bool sharp = false, zero = false, plus = false, minus = false, space = false;
  bool sharp_v = false, plus_v = false;  ///< %#v, %+v
  bool has_width = false, has_precision = false;
  int width = 0, precision = 0;
};

/// Appends to `out`.
class Printer {
 public:
  explicit Printer(std::string& out) : out_(out) {}

  Flags flags;
  /// `verb` may be any rune; one that does not fit gives Go's `%!d(string=x)`.
  void value(const Datum& value, uint32_t verb);

 private:
  void printed(const Datum& value, uint32_t verb, int depth);
  void boolean(bool value, const Datum& all, uint32_t verb);
  void integer(const Datum& all, uint64_t value, bool is_signed, uint32_t verb);
  void digits(uint64_t value, unsigned base, bool is_signed, uint32_t verb, bool upper);
  void unicode(uint64_t value);
  void real(double value, const Datum& all, uint32_t verb);
  void number_text(double value, char verb, int precision);
  void text(const std::string& value, const Datum& all, uint32_t verb);
  void bytes_in_hex(std::string_view bytes, bool upper);
  void list(const List& value, uint32_t verb, int depth, const Datum& all);
  void map(const Map& value, uint32_t verb, int depth, const Datum& all);
  void record(const std::vector<std::pair<std::string, Datum>>& fields, const std::string& type, uint32_t verb,
              int depth);
  void bad_verb(const Datum& all, uint32_t verb);
  void padded(std::string_view text);
  void padding(size_t count);
  void append(std::string_view text);

  std::string& out_;
  bool erroring_ = false;  // inside bad_verb(): no String() methods
};

/// The text of Go's String() method: times, durations, months, week days. False: the type has none.
bool stringer_text(const Datum& value, std::string& out);

}  // namespace reeve::tmpl
