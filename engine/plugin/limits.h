/// \file
/// How much may a plugin hand over at once, and what does a sample have to look like?
///
/// Asked by the plugin process for shared objects, and by the engine for exec plugins. Any thread; no library but base.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace reeve::plugin {

inline constexpr size_t kMaxSamples = 200'000;
inline constexpr size_t kMaxLabels = 64;
inline constexpr size_t kMaxLabelBytes = 4096;
inline constexpr size_t kMaxBatchBytes = 60 << 20;
inline constexpr size_t kMaxCursor = 1024;
inline constexpr size_t kMaxBaseline = 1024;
inline constexpr size_t kMaxEventBytes = 256 << 10;
/// Events of one lane that the engine has not yet said to be durable.
inline constexpr int kCredit = 256;

bool is_metric_name(std::string_view name);
/// Not `__name__`: that one is the sample's name.
bool is_label_name(std::string_view name);

/// Each answers what is wrong, or empty text.
std::string wrong_name(std::string_view name);
std::string wrong_label(std::string_view metric, std::string_view name, std::string_view value);
/// `target` empty is allowed.
std::string wrong_event(std::string_view type, std::string_view target, std::string_view cursor, size_t bytes);

}  // namespace reeve::plugin
