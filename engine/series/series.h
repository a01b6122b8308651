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
#include "series/histogram.h"
#include "series/label.h"

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

/// When the thing that a sample counts began to count (a counter's start timestamp).
struct StartPoint {
  int64_t ms = 0;
  int64_t start_ms = 0;
};

/// One series inside a View. Valid as long as its View; one selected from a Head, until that Head's next expire().
class SeriesView {
 public:
  virtual ~SeriesView() = default;
  /// Made at the first call and kept; for the hot path there is label_set().
  virtual const model::Labels& labels() const = 0;
  /// Appends the points with from_ms < ms <= to_ms, oldest first.
  virtual void points(int64_t from_ms, int64_t to_ms, std::vector<Point>& out) const = 0;
  /// The newest point with ms <= to_ms and ms > from_ms. False: none.
  virtual bool last(int64_t from_ms, int64_t to_ms, Point& out) const = 0;

  /// The labels as interned; nullptr where a source does not intern (then labels() is read).
  virtual const LabelSet* label_set() const { return nullptr; }
  /// False: histograms() and starts() have nothing.
  virtual bool has_extras() const { return false; }
  /// Appends the native histograms with from_ms < ms <= to_ms, oldest first.
  virtual void histograms(int64_t from_ms, int64_t to_ms, std::vector<HistogramPoint>& out) const {
    static_cast<void>(from_ms), static_cast<void>(to_ms), static_cast<void>(out);
  }
  /// Appends the start timestamps of those samples in from_ms < ms <= to_ms that have one, oldest first.
  virtual void starts(int64_t from_ms, int64_t to_ms, std::vector<StartPoint>& out) const {
    static_cast<void>(from_ms), static_cast<void>(to_ms), static_cast<void>(out);
  }
};

/// What an evaluation reads; the port that promql is written against.
class Source {
 public:
  virtual ~Source() = default;
  /// The series that match all matchers, in the order in which they were born; owned by the source.
  /// \errors kInvalid: a regular expression that does not compile.
  virtual base::Result<std::vector<const SeriesView*>> select(const Matchers& matchers) const = 0;
};

struct HeadLimits {
  int64_t memory_bytes = 256LL << 20;
  base::Duration least_retention = base::minutes(15);
};

struct Appended {
  size_t added = 0;
  size_t out_of_order = 0;  ///< older than, or as old as, the newest sample of their series
  size_t refused = 0;       ///< new series that the memory bound leaves no room for
};

/// A window that somebody required and that the memory bound cuts.
struct ShortWindow {
  Matchers matchers;
  base::Duration wanted, kept;
};

/// The live store. Core thread only, but for what view() returns.
class Head : public Source {
 public:
  explicit Head(HeadLimits limits = {});
  ~Head() override;

  /// All samples of a batch become visible together. In a series time only grows: older or equal samples are counted
  /// and dropped. A series of `instance` that the previous batch of it had and this one has not gets a stale marker at
  /// the batch's time; a batch that is not ok stales all of them. One whose samples bring their own time gets it right
  /// behind its last sample, on its source's clock.
  Appended append(const model::Batch& batch);
  /// One sample outside any batch: recording rules, ALERTS, tests, remote write. False: not newer, or refused.
  bool append(const model::Labels& labels, int64_t ms, double value);
  bool append(const model::Labels& labels, int64_t ms, std::shared_ptr<const Histogram> value);
  /// Says when the sample just appended at `ms` began to count.
  void set_start(const model::Labels& labels, int64_t ms, int64_t start_ms);
  /// A plugin instance that is gone: all its series end at `ms`, and it is forgotten.
  void forget_instance(const std::string& instance, int64_t ms);

  base::Result<std::vector<const SeriesView*>> select(const Matchers& matchers) const override;
  /// A Source that may be read on another thread, holding what the matchers select now. It answers select() for the
  /// same matchers (in any order of asking); for others it filters what it holds.
  std::shared_ptr<const Source> view(const std::vector<Matchers>& wanted) const;

  /// Told by the rules: series matching `matchers` are kept at least `window`. Matchers that do not compile require
  /// nothing.
  void require(const Matchers& matchers, base::Duration window);
  /// Before a new set of rules says what it requires.
  void clear_requirements();
  /// Those that do not get what they require; empty as long as the memory bound does not bite.
  std::vector<ShortWindow> short_windows() const;

  /// Drops what is older than its retention at `now_ms`, and the oldest beyond the memory bound: the longest windows
  /// give way first. Call every few seconds.
  void expire(int64_t now_ms);
  size_t series_count() const;
  /// What the samples, labels and indexes take, without the allocator's own share.
  int64_t memory_bytes() const;
  /// Every value that a label has now, sorted; the label names when `name` is empty.
  std::vector<std::string> label_values(const std::string& name) const;

  /// A cache, not truth: floats, without native histograms and start timestamps. Atomic: the old file stays until the
  /// new one is whole. \errors kUnavailable.
  base::Status save(const std::string& folder) const;
  /// What save() does, as a job for another thread: it holds all samples as they are now. Run it once.
  std::function<base::Status()> saver(const std::string& folder) const;
  /// Missing or damaged files are no error: it starts empty and logs why.
  void load(const std::string& folder, int64_t now_ms);

  struct State;  ///< head_state.h; of this module only

 private:
  std::unique_ptr<State> state_;
};

}  // namespace reeve::series
