/// \file
/// How is a Lua table of a test read strictly? Values by dotted key, findings with their places.
///
/// Pure.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "runbook/bundle.h"

namespace reeve::runbook {

/// Findings of one file.
struct Findings {
  std::string path;
  model::Value places;
  std::vector<std::string> lines;
  std::string about;  ///< the case being read: for what a program has put together and has no place

  /// `path:line:col` of the key, else of the table around it.
  std::string place(const std::string& key) const;
  void wrong(const std::string& key, const std::string& why);
};

/// A table at a key ("1.expect").
class TableReader {
 public:
  TableReader(Findings& findings, std::string key, model::Value value);

  /// Every name must be among them.
  void only(const std::vector<std::string>& known);
  const model::Value& value() const& { return value_; }
  model::Value value() && { return std::move(value_); }
  const model::Value& at(const std::string& name) const { return value_[name]; }
  bool has(const std::string& name) const { return value_.has(name); }
  /// What has no name, in order.
  std::vector<model::Value> positions() const;
  std::string key(const std::string& name) const { return key_.empty() ? name : key_ + "." + name; }
  TableReader inner(const std::string& name) const { return {findings_, key(name), value_[name]}; }
  /// What stands at a position.
  TableReader inner_at(size_t position, model::Value value) const {
    return {findings_, key(std::to_string(position)), std::move(value)};
  }
  std::string place(const std::string& name = "") const;
  void wrong(const std::string& name, const std::string& why) const { findings_.wrong(key(name), why); }

  std::string text(const std::string& name, const std::string& otherwise = "") const;
  /// A text is a list of one.
  std::vector<std::string> texts(const std::string& name) const;
  base::Duration duration(const std::string& name, base::Duration otherwise) const;
  bool flag(const std::string& name, bool otherwise) const;
  std::string one_of(const std::string& name, const std::vector<std::string>& words,
                     const std::string& otherwise) const;

 private:
  Findings& findings_;
  std::string key_;
  model::Value value_;
};

}  // namespace reeve::runbook
