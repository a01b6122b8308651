/// \file
/// What do an event's labels and fields say, read as one set of labels?
///
/// Pure. A label wins over a field of its name; what is missing is empty text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/event.h"

namespace reeve::rule {

/// `room` holds the text where it has to be made.
std::string_view label_or_field(const model::Event& event, std::string_view name, std::string& room);

/// The labels that make an alert of an event rule what it is: those named in `by`, or all labels of the event.
model::Labels identity_of(const model::Event& event, const std::vector<std::string>& by);

/// True when `event` has all these labels.
bool agrees_on(const model::Labels& identity, const model::Event& event);

/// Labels and fields together: what `$labels` is in the labels and annotations of an event rule.
model::Labels all_labels(const model::Event& event);

}  // namespace reeve::rule
