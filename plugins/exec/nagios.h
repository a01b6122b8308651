/// \file
/// What did a Nagios plugin say? Its text, and its performance data.
///
/// Source: the Monitoring Plugins development guidelines: `TEXT | 'label'=value[UOM];[warn];[crit];[min];[max] ...`,
/// then lines of long text, after another `|` more performance data. Pure; any bytes are survived, what does not parse
/// is left.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace reeve::exec {

/// `10`, `10:`, `~:10`, `10:20`, `@10:20`: alert outside of low..high, or inside with @.
struct Range {
  double low = 0;
  double high = 0;  ///< infinities where a side is open
  bool inside = false;
};
std::optional<Range> parse_range(std::string_view text);

/// One value, in base units: seconds, bytes; "percent", "counter", "" or as it was given.
struct Perfdata {
  std::string label;
  std::string unit;
  double value = 0;
  std::optional<Range> warning, critical;
  std::optional<double> minimum, maximum;
};

struct Said {
  std::string text;       ///< the first line
  std::string long_text;  ///< the rest
  std::vector<Perfdata> perfdata;
};
Said parse_output(std::string_view output);

/// 0 ok, 1 warning, 2 critical, anything else unknown.
const char* state_name(int exit_code);

}  // namespace reeve::exec
