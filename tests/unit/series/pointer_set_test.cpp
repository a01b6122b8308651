#include "series/pointer_set.h"

#include <gtest/gtest.h>

#include <deque>
#include <random>
#include <unordered_map>

namespace reeve::series {
namespace {

struct Item {
  uint64_t hash = 0;
  int value = 0;
};
struct HashOf {
  uint64_t operator()(const Item& item) const { return item.hash; }
};

TEST(PointerSet, AgreesWithAMapThroughRandomInsertsAndErases) {
  std::mt19937 random(3);
  std::deque<Item> items;
  PointerSet<Item, HashOf> set;
  std::unordered_map<int, Item*> wanted;
  for (int round = 0; round < 20000; ++round) {
    const int value = static_cast<int>(random() % 500);
    const uint64_t hash = static_cast<uint64_t>(value % 37) * 0x10001;  // many share a hash and a home
    const auto is_it = [&](const Item& item) { return item.value == value; };
    Item* found = set.find(hash, is_it);
    ASSERT_EQ(found != nullptr, wanted.count(value) == 1);
    if (found) {
      ASSERT_EQ(found, wanted[value]);
      set.erase(found);
      wanted.erase(value);
    } else {
      set.insert(&items.emplace_back(Item{hash, value}));
      wanted[value] = &items.back();
    }
    ASSERT_EQ(set.size(), wanted.size());
  }
}

TEST(PointerSet, ErasingWhatIsNotThereDoesNothing) {
  PointerSet<Item, HashOf> set;
  Item a{1, 1}, b{1, 2};
  set.erase(&a);
  set.insert(&a);
  set.erase(&b);
  EXPECT_EQ(set.size(), 1u);
}

}  // namespace
}  // namespace reeve::series
