/// \file
/// How does a call that can fail say so? Result<T>: a value or an Error, spelled like std::expected.
///
/// Expected failures (network, file, configuration, script, plugin, remote) travel as Result. A broken promise inside
/// the program is REEVE_ASSERT's. Exceptions do not cross a front door.
#pragma once

#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include "base/assert.h"

namespace reeve::base {

/// What kind of failure, so that a caller can act on it without reading the text. The first eight are the plugin
/// errors of PLUGINS.
enum class Fault {
  kTransient,       ///< may work if tried again
  kThrottled,       ///< as transient, after Error::retry_after_ms
  kDenied,          ///< not allowed: credentials or rights
  kNotFound,        ///< the thing named does not exist
  kInvalid,         ///< the input is wrong; repeating cannot help
  kConflict,        ///< the present state forbids it
  kTimeout,         ///< the deadline passed
  kUnknownOutcome,  ///< it may or may not have happened
  kRefused,         ///< a safety rail or the ledger said no
  kUnavailable,     ///< the engine, ledger or child is not there
  kInternal,        ///< reeve's own fault
};

/// The stable word for a fault ("transient", "not_found", ...), as it stands in the ledger, in JSON and in Lua's
/// err.kind.
const char* fault_name(Fault fault);
/// The fault of a word; kInternal for a word that is none.
Fault fault_of(const std::string& name);

/// One line of text: what was tried, on what, what happened, what to do.
struct Error {
  Fault fault = Fault::kInternal;
  std::string text;
  long long retry_after_ms = 0;
};

inline Error invalid(std::string text) {
  return {Fault::kInvalid, std::move(text)};
}

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: implicit like std::expected
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  T& value() & { return REEVE_ASSERT(ok()), *std::get_if<0>(&state_); }
  const T& value() const& { return REEVE_ASSERT(ok()), *std::get_if<0>(&state_); }
  T&& value() && { return REEVE_ASSERT(ok()), std::move(*std::get_if<0>(&state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const Error& error() const { return REEVE_ASSERT(!ok()), *std::get_if<1>(&state_); }
  T value_or(T other) const& { return ok() ? value() : std::move(other); }

  /// f(T) -> Result<U>; the error passes through.
  template <class F>
  auto and_then(F&& f) && -> std::invoke_result_t<F, T&&> {
    if (!ok()) return error();
    return std::forward<F>(f)(std::move(*this).value());
  }
  /// f(T) -> U; the error passes through.
  template <class F>
  auto transform(F&& f) && -> Result<std::invoke_result_t<F, T&&>> {
    if (!ok()) return error();
    return std::forward<F>(f)(std::move(*this).value());
  }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)), ok_(false) {}  // NOLINT
  bool ok() const { return ok_; }
  explicit operator bool() const { return ok_; }
  const Error& error() const { return REEVE_ASSERT(!ok_), error_; }

 private:
  Error error_;
  bool ok_ = true;
};

using Status = Result<void>;

}  // namespace reeve::base

/// `REEVE_TRY(auto x, f())`: x is the value of f(), or the enclosing function returns f()'s error.
#define REEVE_TRY_JOIN2(a, b) a##b
#define REEVE_TRY_JOIN(a, b) REEVE_TRY_JOIN2(a, b)
#define REEVE_TRY_AS(tmp, decl, ...) \
  auto tmp = (__VA_ARGS__);          \
  if (!tmp.ok()) return tmp.error(); \
  decl = std::move(tmp).value()
#define REEVE_TRY(decl, ...) REEVE_TRY_AS(REEVE_TRY_JOIN(reeve_try_, __LINE__), decl, __VA_ARGS__)
/// `REEVE_CHECK(f())`: for a Status.
#define REEVE_CHECK(...) \
  if (auto reeve_check_status = (__VA_ARGS__); !reeve_check_status.ok()) return reeve_check_status.error()
