/// \file
/// How does PromQL write text and numbers, and read quoted text? Go's strconv, as far as Prometheus shows it.
#pragma once

#include <string>
#include <string_view>

namespace reeve::promql {

/// Go's strconv.Quote: a double-quoted literal; what cannot be printed is escaped.
std::string quote(std::string_view text);
/// Go's %q of one code point: a single-quoted literal.
std::string quote_rune(char32_t rune);
/// The first code point of `text` and its length in bytes; U+FFFD and 1 for a byte that is no UTF-8. `text` is not
/// empty.
char32_t decode_rune(std::string_view text, size_t& size);
void append_utf8(std::string& out, char32_t rune);
/// What a literal in any of the three quotes means. False: it is not well-formed.
bool unquote(std::string_view literal, std::string& out);

/// Go's FormatFloat(v, 'f', -1, 64): never an exponent.
std::string plain_number(double value);
/// Go's %v and %g: an exponent below 1e-4 and from 1e6 on.
std::string short_number(double value);
/// As %g, with a point in whole numbers: 1.0.
std::string open_metrics_number(double value);
/// As the Prometheus HTTP API writes sample values.
std::string api_number(double value);
/// Go's ParseFloat: decimal, hexadecimal, "Inf", "NaN" in any case with sign. False: no number at all.
bool parse_float(std::string_view text, double& out);

/// A label or metric name that needs no quotes: [a-zA-Z_][a-zA-Z0-9_]* (metric names: colons too).
bool is_plain_label(std::string_view name);
bool is_plain_metric(std::string_view name);

}  // namespace reeve::promql
