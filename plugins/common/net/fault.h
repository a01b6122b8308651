/// \file
/// How does a plugin's inner code say that something failed, before it becomes an answer of the SDK?
#pragma once

#include <string>
#include <utility>
#include <variant>

namespace reeve::common {

/// The kinds are the plugin errors of the SDK.
enum class Kind { kTransient, kThrottled, kDenied, kNotFound, kInvalid, kConflict, kTimeout, kUnknownOutcome };

struct Fault {
  Kind kind = Kind::kTransient;
  std::string text;  ///< what was tried, on what, what happened
};

/// A value, or why there is none.
template <class T>
class [[nodiscard]] Try {
 public:
  Try(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: implicit, as a return value
  Try(Fault fault) : state_(std::in_place_index<1>, std::move(fault)) {}  // NOLINT

  explicit operator bool() const { return state_.index() == 0; }
  T& operator*() { return std::get<0>(state_); }
  const T& operator*() const { return std::get<0>(state_); }
  T* operator->() { return &std::get<0>(state_); }
  const T* operator->() const { return &std::get<0>(state_); }
  const Fault& fault() const { return std::get<1>(state_); }

 private:
  std::variant<T, Fault> state_;
};

/// For calls with nothing to give back.
struct Done {};

}  // namespace reeve::common
