#include "child/frame.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <thread>
#include <vector>

namespace reeve::child {
namespace {

using Kind = Splitter::Kind;

std::vector<std::string> all_of(Splitter& splitter) {
  std::vector<std::string> out;
  std::string_view message;
  while (splitter.next(message)) out.emplace_back(message);
  return out;
}

std::string frame(std::string_view text) {
  return frame_head(text.size()) + std::string(text);
}

TEST(Frame, LengthIsLittleEndian) {
  EXPECT_EQ(frame_head(0x01020304), std::string("\x04\x03\x02\x01", 4));
}

TEST(Splitter, FindsTheSameMessagesHoweverTheStreamIsCut) {
  struct Case {
    Kind kind;
    std::string stream;
    std::vector<std::string> messages;
  };
  const Case cases[] = {
      {Kind::kFrames, frame("one") + frame("") + frame(std::string(300, 'x')), {"one", "", std::string(300, 'x')}},
      {Kind::kLines, "one\n\ntwo\r\nthree\nrest", {"one", "", "two", "three"}},
  };
  for (const Case& c : cases) {
    for (size_t piece = 1; piece <= c.stream.size(); ++piece) {
      Splitter splitter(c.kind, 1000);
      std::vector<std::string> got;
      for (size_t at = 0; at < c.stream.size(); at += piece) {
        splitter.feed(std::string_view(c.stream).substr(at, piece));
        for (std::string& message : all_of(splitter)) got.push_back(std::move(message));
      }
      ASSERT_EQ(got, c.messages) << "in pieces of " << piece;
      EXPECT_FALSE(splitter.too_long());
    }
  }
}

TEST(Splitter, RefusesAMessageBeyondItsLimit) {
  Splitter lines(Kind::kLines, 4);
  lines.feed("1234\n12345\nok\n");
  EXPECT_EQ(all_of(lines), std::vector<std::string>{"1234"});
  EXPECT_TRUE(lines.too_long());
  lines.feed("more\n");
  EXPECT_TRUE(all_of(lines).empty()) << "what follows cannot be read in step any more";

  Splitter endless(Kind::kLines, 4);
  endless.feed("12345");
  EXPECT_TRUE(all_of(endless).empty());
  EXPECT_TRUE(endless.too_long()) << "an end of line is not waited for";

  Splitter frames(Kind::kFrames, 4);
  frames.feed(frame("1234") + frame("12345"));
  EXPECT_EQ(all_of(frames), std::vector<std::string>{"1234"});
  EXPECT_TRUE(frames.too_long());
}

TEST(Splitter, KeepsNoMoreThanWhatIsUnread) {
  Splitter splitter(Kind::kLines, 100);
  for (int i = 0; i < 1000; ++i) {
    splitter.feed("a line\nand a half");
    all_of(splitter);
    ASSERT_LE(splitter.held(), 10U);
    splitter.feed("\n");
    all_of(splitter);
  }
  EXPECT_EQ(splitter.held(), 0U);
}

TEST(Frame, GoesThroughAPipeInParts) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const std::string big(1 << 20, 'b');
  std::thread writer([&] {
    EXPECT_TRUE(write_frame(ends[1], "head:", big));
    EXPECT_TRUE(write_frame(ends[1], ""));
    ::close(ends[1]);
  });
  std::string message;
  EXPECT_TRUE(read_frame(ends[0], message));
  EXPECT_EQ(message, "head:" + big);
  EXPECT_TRUE(read_frame(ends[0], message));
  EXPECT_EQ(message, "");
  EXPECT_FALSE(read_frame(ends[0], message)) << "the other end has gone";
  writer.join();
  ::close(ends[0]);
}

TEST(Frame, RefusesALengthThatNobodySends) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  ASSERT_EQ(::write(ends[1], "\xff\xff\xff\x7f....", 8), 8);
  std::string message;
  EXPECT_FALSE(read_frame(ends[0], message));
  ::close(ends[0]);
  ::close(ends[1]);
}

}  // namespace
}  // namespace reeve::child
