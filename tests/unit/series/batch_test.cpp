// What batches leave behind, as small stories: each step is a batch `@<ms> [instance] name=value ...`
// (`name=value@<ms>` brings its own time, `!` fails, `-` forgets the instance), each end is what all series hold.
#include <gtest/gtest.h>

#include "base/text.h"
#include "series/series.h"

namespace reeve::series {
namespace {
using model::Labels;

struct Story {
  const char* what;
  std::vector<const char*> steps;
  const char* end;
};

void tell(Head& head, const std::string& step) {
  model::Batch batch;
  batch.instance = "p/x";
  bool forget = false;
  int64_t ms = 0;
  for (const std::string& word : base::split(step, ' ')) {
    const size_t equals = word.find('=');
    if (word[0] == '@') {
      ms = std::stoll(word.substr(1));
    } else if (word == "!") {
      batch.ok = false;
    } else if (word == "-") {
      forget = true;
    } else if (equals == std::string::npos) {
      batch.instance = word;
    } else {
      const size_t own = word.find('@', equals);
      model::Sample sample{{{"__name__", word.substr(0, equals)}}, 0, std::nullopt};
      const std::string value = word.substr(equals + 1, own == std::string::npos ? own : own - equals - 1);
      sample.value = value == "stale" ? model::stale_marker() : std::stod(value);
      if (own != std::string::npos) sample.at_ms = std::stoll(word.substr(own + 1));
      batch.samples.push_back(std::move(sample));
    }
  }
  batch.started = base::time_from_ms(ms);
  if (forget) {
    head.forget_instance(batch.instance, ms);
  } else {
    head.append(batch);
  }
}

std::string told(const Head& head) {
  std::string out;
  const auto found = head.select({});
  for (const SeriesView* series : *found) {
    std::vector<Point> points;
    series->points(INT64_MIN, INT64_MAX, points);
    out += (out.empty() ? "" : "; ") + series->labels().text() + ":";
    for (const Point& p : points)
      out += " " + std::to_string(p.ms) + "=" + (model::is_stale(p.value) ? "stale" : base::format_number(p.value));
  }
  return out;
}

TEST(Batches, LeaveBehindWhatTheyPromise) {
  const Story stories[] = {
      {"nothing", {"@10"}, ""},
      {"samples get the batch's time", {"@10 a=1 b=2", "@20 a=3 b=4"}, "a: 10=1 20=3; b: 10=2 20=4"},
      {"what is missing ends", {"@10 a=1 b=2", "@20 a=3"}, "a: 10=1 20=3; b: 10=2 20=stale"},
      {"and ends only once", {"@10 a=1", "@20", "@30", "@40"}, "a: 10=1 20=stale"},
      {"and may come back", {"@10 a=1", "@20", "@30 a=2", "@40"}, "a: 10=1 20=stale 30=2 40=stale"},
      {"all end at a failure", {"@10 a=1 b=2", "@20 !"}, "a: 10=1 20=stale; b: 10=2 20=stale"},
      {"a failure after a failure adds nothing", {"@10 a=1", "@20 !", "@30 !"}, "a: 10=1 20=stale"},
      {"after a failure they go on", {"@10 a=1", "@20 !", "@30 a=2"}, "a: 10=1 20=stale 30=2"},
      {"another instance ends nothing here", {"@10 a=1", "@20 q/y b=1"}, "a: 10=1; b: 20=1"},
      {"instances end their own", {"@10 a=1", "@10 q/y b=1", "@20", "@30 q/y"}, "a: 10=1 20=stale; b: 10=1 30=stale"},
      {"a series of two instances ends with the first that loses it",
       {"@10 a=1", "@11 q/y a=2", "@20", "@30 q/y a=3"},
       "a: 10=1 11=2 20=stale 30=3"},
      {"a forgotten instance ends its series", {"@10 a=1 b=2", "@15 -"}, "a: 10=1 15=stale; b: 10=2 15=stale"},
      {"and only once", {"@10 a=1", "@15 -", "@20 -", "@30"}, "a: 10=1 15=stale"},
      {"who was never there is no error", {"@15 nobody -"}, ""},
      {"an older batch adds nothing and ends nothing", {"@20 a=1", "@10 b=2"}, "a: 20=1; b: 10=2"},
      {"an equal time neither", {"@20 a=1", "@20 a=2", "@20"}, "a: 20=1"},
      {"time may jump far", {"@10 a=1", "@9000000000000000 a=2"}, "a: 10=1 9000000000000000=2"},
      {"and lie before the epoch", {"@-20 a=1", "@-10 a=2", "@-5"}, "a: -20=1 -10=2 -5=stale"},
      {"own times are kept", {"@100 a=1@40 b=2"}, "a: 40=1; b: 100=2"},
      {"and such series end on their own clock", {"@100 a=1@40", "@200"}, "a: 40=1 41=stale"},
      {"also at a failure", {"@100 a=1@40 b=1", "@200 !"}, "a: 40=1 41=stale; b: 100=1 200=stale"},
      {"so that what their source tells next counts",
       {"@100 a=1@40", "@200 !", "@300 a=2@60"},
       "a: 40=1 41=stale 60=2"},
      {"the same once more does not bring one back", {"@100 a=1@40", "@200", "@300 a=1@40"}, "a: 40=1 41=stale"},
      {"an own time that did not move on is dropped", {"@100 a=1@40", "@200 a=1@40", "@300 a=2@50"}, "a: 40=1 50=2"},
      {"own and batch times may change places", {"@10 a=1", "@20 a=2@15", "@30"}, "a: 10=1 15=2 16=stale"},
      {"a series twice in a batch counts once", {"@10 a=1 a=2", "@20 a=3"}, "a: 10=1 20=3"},
      {"with two own times both count", {"@10 a=1@1 a=2@2"}, "a: 1=1 2=2"},
      {"the order may be turned round",
       {"@10 a=1 b=2 c=3", "@20 c=3 b=2 a=1"},
       "a: 10=1 20=1; b: 10=2 20=2; c: 10=3 20=3"},
      {"one may step in before", {"@10 b=2 c=3", "@20 a=1 b=2 c=3"}, "b: 10=2 20=2; c: 10=3 20=3; a: 20=1"},
      {"one may step out before", {"@10 a=1 b=2 c=3", "@20 b=2 c=3"}, "a: 10=1 20=stale; b: 10=2 20=2; c: 10=3 20=3"},
      {"a stale marker given is a sample", {"@10 a=1", "@20 a=stale", "@30"}, "a: 10=1 20=stale"},
      {"nothing of a batch is lost after a long pause", {"@10 a=1", "@900000 a=2"}, "a: 10=1 900000=2"},
  };
  for (const Story& story : stories) {
    Head head;
    for (const char* step : story.steps) tell(head, step);
    EXPECT_EQ(told(head), story.end) << story.what;
  }
}

TEST(Batches, CountWhatTheyAddedAndWhatWasTooOld) {
  Head head;
  model::Batch batch;
  batch.instance = "p/x";
  batch.started = base::time_from_ms(100);
  for (int i = 0; i < 5; ++i) batch.samples.push_back({{{"__name__", "m"}, {"i", std::to_string(i)}}, 1, std::nullopt});
  batch.samples.push_back({{{"__name__", "m"}, {"i", "0"}}, 1, std::nullopt});
  const Appended first = head.append(batch);
  EXPECT_EQ(first.added, 5u);
  EXPECT_EQ(first.out_of_order, 1u);
  const Appended again = head.append(batch);
  EXPECT_EQ(again.added, 0u);
  EXPECT_EQ(again.out_of_order, 6u);
  EXPECT_EQ(again.refused, 0u);
}

TEST(Batches, AnEmptyLabelIsNoLabel) {
  Head head;
  head.append(Labels{{"__name__", "m"}, {"a", ""}}, 1, 1);
  EXPECT_FALSE(head.append(Labels{{"__name__", "m"}}, 1, 1)) << "the same series";
  EXPECT_EQ(head.series_count(), 1u);
}

// Histograms and floats share one line of time, and starts belong to the sample that was just appended.
TEST(Extras, ShareTheTimeOfFloats) {
  Head head;
  const Labels h{{"__name__", "h"}};
  const auto histogram = std::make_shared<const Histogram>();
  EXPECT_TRUE(head.append(h, 10, 1.0));
  EXPECT_FALSE(head.append(h, 10, histogram));
  EXPECT_TRUE(head.append(h, 20, histogram));
  EXPECT_FALSE(head.append(h, 20, 2.0));
  EXPECT_TRUE(head.append(h, 30, 3.0));
  head.set_start(h, 20, 5);  // not the newest: not taken
  head.set_start(h, 30, 25);
  head.set_start(Labels{{"__name__", "nobody"}}, 30, 25);
  const auto found = head.select({});
  const SeriesView& series = *found->at(0);
  EXPECT_TRUE(series.has_extras());
  std::vector<Point> points;
  std::vector<HistogramPoint> histograms;
  std::vector<StartPoint> starts;
  series.points(0, 30, points);
  series.histograms(0, 30, histograms);
  series.starts(0, 30, starts);
  EXPECT_EQ(points.size(), 2u);
  ASSERT_EQ(histograms.size(), 1u);
  EXPECT_EQ(histograms[0].ms, 20);
  ASSERT_EQ(starts.size(), 1u);
  EXPECT_EQ(starts[0].ms, 30);
  EXPECT_EQ(starts[0].start_ms, 25);
  Point newest;
  EXPECT_TRUE(series.last(0, 25, newest));
  EXPECT_EQ(newest.ms, 10) << "last() knows floats alone";
}

TEST(Extras, ReadRangesAsFloatsAreRead) {
  Head head;
  const Labels h{{"__name__", "h"}};
  for (int64_t i = 1; i <= 50; ++i) {
    head.append(h, i * 10, std::make_shared<const Histogram>());
    head.set_start(h, i * 10, i);
  }
  const auto view = head.view({{}});
  for (int64_t i = 51; i <= 60; ++i) head.append(h, i * 10, std::make_shared<const Histogram>());
  const SeriesView& held = *view->select({})->at(0);
  const SeriesView& live = *head.select({})->at(0);
  for (const auto& [from, to, in_view, in_head] :
       {std::tuple{0, 1000, 50, 60}, {100, 200, 10, 10}, {99, 100, 1, 1}, {495, 525, 1, 3}, {500, 600, 0, 10}}) {
    std::vector<HistogramPoint> a, b;
    held.histograms(from, to, a);
    live.histograms(from, to, b);
    EXPECT_EQ(static_cast<int>(a.size()), in_view) << from << ".." << to;
    EXPECT_EQ(static_cast<int>(b.size()), in_head) << from << ".." << to;
    std::vector<StartPoint> starts;
    held.starts(from, to, starts);
    EXPECT_EQ(static_cast<int>(starts.size()), in_view);
  }
}

TEST(Extras, OldOnesAreDroppedAndTheirMemoryGivenBack) {
  Head head;
  const Labels h{{"__name__", "h"}};
  auto large = std::make_shared<Histogram>();
  large->positive.resize(100);
  for (int64_t minute = 0; minute < 120; ++minute) {
    head.append(h, minute * 60000, std::shared_ptr<const Histogram>(large));
    head.expire(minute * 60000);
  }
  std::vector<HistogramPoint> kept;
  head.select({})->at(0)->histograms(INT64_MIN, INT64_MAX, kept);
  EXPECT_GE(kept.size(), 15u);
  EXPECT_LE(kept.size(), 60u);
}

}  // namespace
}  // namespace reeve::series
