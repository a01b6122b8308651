/// \file
/// How does the engine talk to its operator's log? One line per fact, as logfmt: `level=info msg="..." key=value`.
///
/// Any thread. Control characters and any bytes are escaped. Not a substitute for the ledger.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace reeve::base {

enum class Level { kDebug, kInfo, kWarn, kError };
enum class LogFormat { kLogfmt, kJson };

/// A key and its text; keys are words of [a-z_].
struct Field {
  Field(std::string_view k, std::string_view v) : key(k), value(v) {}
  Field(std::string_view k, const char* v) : key(k), value(v) {}
  Field(std::string_view k, const std::string& v) : key(k), value(v) {}
  Field(std::string_view k, long long v) : key(k), value(std::to_string(v)) {}
  Field(std::string_view k, unsigned long long v) : key(k), value(std::to_string(v)) {}
  Field(std::string_view k, long v) : Field(k, static_cast<long long>(v)) {}
  Field(std::string_view k, unsigned long v) : Field(k, static_cast<unsigned long long>(v)) {}
  Field(std::string_view k, int v) : Field(k, static_cast<long long>(v)) {}
  Field(std::string_view k, unsigned v) : Field(k, static_cast<unsigned long long>(v)) {}
  std::string_view key;
  std::string value;
};

void log(Level level, std::string_view message, std::initializer_list<Field> fields = {});
inline void log_debug(std::string_view m, std::initializer_list<Field> f = {}) {
  log(Level::kDebug, m, f);
}
inline void log_info(std::string_view m, std::initializer_list<Field> f = {}) {
  log(Level::kInfo, m, f);
}
inline void log_warn(std::string_view m, std::initializer_list<Field> f = {}) {
  log(Level::kWarn, m, f);
}
inline void log_error(std::string_view m, std::initializer_list<Field> f = {}) {
  log(Level::kError, m, f);
}

/// Lines below `level` are dropped. Default: info, logfmt, standard error.
void set_log(Level level, LogFormat format);

/// The line that log() writes, without its end: for tests and for `reeve logs`.
std::string format_log_line(Level level, LogFormat format, std::string_view time, std::string_view message,
                            std::initializer_list<Field> fields);

}  // namespace reeve::base
