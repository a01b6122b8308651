/// \file
/// How is one SQL statement run? Bind, step, read columns; errors are Results, no exception leaves.
///
/// The thread of its connection, which must outlive it.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace reeve::store {

enum class Type { kNull, kInteger, kReal, kText, kBlob };

class Statement {
 public:
  /// Empty: only to be assigned to.
  Statement();
  Statement(Statement&&) noexcept;
  Statement& operator=(Statement&&) noexcept;
  ~Statement();
  explicit operator bool() const { return state_ != nullptr; }

  // Binding: parameters count from 1. Bytes are borrowed and must live until reset(), run() or the last step(). An
  // error is kept and comes back from step() or run().
  Statement& bind(int at, int64_t value);
  Statement& bind(int at, double value);
  Statement& bind_text(int at, const std::string& text);
  Statement& bind_text(int at, std::string&& text) = delete;  ///< would not live long enough
  Statement& bind_blob(int at, std::string_view bytes);
  template <size_t N>
  Statement& bind_blob(int at, const std::array<uint8_t, N>& bytes) {
    return bind_blob(at, std::string_view(reinterpret_cast<const char*>(bytes.data()), N));
  }
  Statement& bind_null(int at);

  /// True: there is a row, its columns can be read until the next step() or reset().
  base::Result<bool> step();
  /// Steps to the end, ignoring rows, and resets.
  base::Status run();
  /// Ready to be bound and run again.
  void reset();

  // Columns count from 0.
  int columns() const;
  std::string name(int column) const;
  Type type(int column) const;
  int64_t integer(int column) const;
  double real(int column) const;
  /// The bytes of a text or blob, as stored; they live until the next step() or reset().
  std::string_view bytes(int column) const;

 private:
  friend class Connection;
  struct State;
  explicit Statement(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace reeve::store
