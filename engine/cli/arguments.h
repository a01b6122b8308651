/// \file
/// What was typed behind a command?
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/base.h"

namespace reeve::cli {

/// By Option::key() and Positional::name. The grammar has checked that what is required is there.
class Arguments {
 public:
  void set(const std::string& name, std::vector<std::string> values) { values_[name] = std::move(values); }
  bool has(const std::string& name) const { return values_.contains(name); }
  /// The first, or empty.
  std::string text(const std::string& name) const;
  std::vector<std::string> list(const std::string& name) const;
  /// \errors kInvalid naming the option.
  base::Result<uint64_t> number(const std::string& name, uint64_t otherwise) const;
  /// A number from 1 on. \errors kInvalid naming the option.
  base::Result<uint64_t> count(const std::string& name, uint64_t otherwise) const;
  base::Result<base::Duration> duration(const std::string& name, base::Duration otherwise) const;

 private:
  std::map<std::string, std::vector<std::string>> values_;
};

}  // namespace reeve::cli
