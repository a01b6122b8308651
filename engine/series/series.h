/// \file
/// What did each series read, and when? The in-memory store: append, index, select, view, expire, save.
///
/// Core thread, except that a View may be read on the query thread (samples of a series are append-only with one writer
/// and a published count; chunks live until the last View lets go).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/base.h"
#include "model/sample.h"

namespace reeve::series {

struct Matcher {
  enum class Kind { kEqual, kNotEqual, kRegex, kNotRegex };
  Kind kind = Kind::kEqual;
  std::string name, value;
};
using Matchers = std::vector<Matcher>;

/// One sample as stored: milliseconds and a double (a stale marker is a sample).
struct Point {
  int64_t ms = 0;
  double value = 0;
};

/// One series inside a View. Valid as long as its View.
class SeriesView {
 public:
  virtual ~SeriesView() = default;
  virtual const model::Labels& labels() const = 0;
  /// Appends the points with from_ms < ms <= to_ms, oldest first.
  virtual void points(int64_t from_ms, int64_t to_ms, std::vector<Point>& out) const = 0;
  /// The newest point with ms <= to_ms and ms > from_ms. False: none.
  virtual bool last(int64_t from_ms, int64_t to_ms, Point& out) const = 0;
};

/// What an evaluation reads; the port that promql is written against.
class Source {
 public:
  virtual ~Source() = default;
  /// The series that match all matchers, in no order; owned by the source.
  virtual base::Result<std::vector<const SeriesView*>> select(const Matchers& matchers) const = 0;
};

struct HeadLimits {
  int64_t memory_bytes = 256LL << 20;
  base::Duration least_retention = base::minutes(15);
};

struct Appended {
  size_t added = 0, out_of_order = 0, refused = 0;
};

/// The live store.
class Head : public Source {
 public:
  explicit Head(HeadLimits limits = {});
  ~Head() override;

  /// All samples of a batch become visible together. In a series time only grows: older or equal samples are counted
  /// and dropped. A series of `instance` that the previous batch of it had and this one has not gets a stale marker at
  /// the batch's time; a batch that is not ok stales all of them.
  Appended append(const model::Batch& batch);
  /// One sample outside any batch: recording rules, ALERTS, tests, remote write.
  bool append(const model::Labels& labels, int64_t ms, double value);

  base::Result<std::vector<const SeriesView*>> select(const Matchers& matchers) const override;
  /// A Source that may be read on another thread, holding what the matchers select now.
  std::shared_ptr<const Source> view(const std::vector<Matchers>& wanted) const;

  /// Told by the rules: series matching `matchers` are kept at least `window`.
  void require(const Matchers& matchers, base::Duration window);
  /// Drops what is older than its retention at `now_ms`, and the oldest beyond the memory bound. Call every few
  /// seconds.
  void expire(int64_t now_ms);
  size_t series_count() const;
  int64_t memory_bytes() const;

  /// A cache, not truth. \errors kUnavailable.
  base::Status save(const std::string& folder) const;
  /// Missing or damaged files are no error: it starts empty and logs why.
  void load(const std::string& folder, int64_t now_ms);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace reeve::series
