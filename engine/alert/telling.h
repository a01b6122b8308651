/// \file
/// A message as it is told: its news, its words, and what it must follow. Survives a restart as a value.
#pragma once

#include <string>

#include "alert/standing.h"

namespace reeve::alert {

struct Telling {
  News news;
  std::string text;
  std::string after{};  ///< of an answer: the delivery key of its question
  bool stands = false;  ///< shown as firing until its end is told

  model::Value to_value() const { return news.to_value().set("text", text).set("after", after).set("stands", stands); }
  static Telling from_value(const std::string& key, const model::Value& value) {
    return {News::from_value(key, value), value["text"].as_string(), value["after"].as_string(),
            value["stands"].as_bool()};
  }
};

}  // namespace reeve::alert
