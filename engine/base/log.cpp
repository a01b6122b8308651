#include "base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>

#include "base/clock.h"
#include "base/text.h"

namespace reeve::base {

namespace {
std::atomic<Level> least{Level::kInfo};
std::atomic<LogFormat> shape{LogFormat::kLogfmt};
constexpr const char* kNames[] = {"debug", "info", "warn", "error"};

spdlog::logger& sink() {
  static const auto logger = [] {
    auto made = spdlog::stderr_logger_mt("reeve");
    made->set_pattern("%v");
    made->set_level(spdlog::level::trace);
    made->flush_on(spdlog::level::trace);
    return made;
  }();
  return *logger;
}

void append_quoted(std::string& out, std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  const bool utf8 = is_utf8(text);
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (byte >= 0x80 && !utf8) {
      // A byte that is no text, as JSON of reeve writes it everywhere.
      out += "\\udc";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else if (byte < 0x20 || byte == 0x7f) {
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else {
      out += c;
    }
  }
  out += '"';
}

bool is_plain(std::string_view text) {
  if (text.empty()) return false;
  for (const char c : text)
    if (static_cast<unsigned char>(c) <= 0x20 || c == '"' || c == '=' || c == '\\' || c == 0x7f) return false;
  return true;
}

void append_pair(std::string& out, LogFormat format, std::string_view key, std::string_view value) {
  if (format == LogFormat::kJson) {
    out += out.empty() ? "{" : ",";
    append_quoted(out, key);
    out += ':';
    append_quoted(out, value);
    return;
  }
  if (!out.empty()) out += ' ';
  out += key;
  out += '=';
  if (is_plain(value)) {
    out += value;
  } else {
    append_quoted(out, value);
  }
}
}  // namespace

std::string format_log_line(Level level, LogFormat format, std::string_view time, std::string_view message,
                            std::initializer_list<Field> fields) {
  std::string out;
  append_pair(out, format, "time", time);
  append_pair(out, format, "level", kNames[static_cast<int>(level)]);
  append_pair(out, format, "msg", message);
  for (const Field& field : fields) append_pair(out, format, field.key, field.value);
  if (format == LogFormat::kJson) out += '}';
  return out;
}

void set_log(Level level, LogFormat format) {
  least = level;
  shape = format;
}

void log(Level level, std::string_view message, std::initializer_list<Field> fields) {
  if (level < least.load()) return;
  sink().log(spdlog::level::info, spdlog::string_view_t("{}"),
             format_log_line(level, shape, format_time(system_clock().wall()), message, fields));
}

}  // namespace reeve::base
