// Hashes, identities and keys against the vectors of their standards, and what is refused.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "base/hash.h"

namespace reeve::base {
namespace {

TEST(Sha256, AgreesWithTheStandardsVectors) {
  // FIPS 180-4's examples and one that fills exactly a block.
  const std::pair<std::string, const char*> vectors[] = {
      {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
      {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
       "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
      {std::string(1000000, 'a'), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
      {std::string(64, '\0'), "f5a5fd42d16a20302798ef6ed309979b43003d2320d9f0e8ea9831a92759fb4b"},
  };
  for (const auto& [bytes, digest] : vectors) EXPECT_EQ(hex(sha256(bytes)), digest);
}

TEST(Sha256, PiecesOfAnySizeGiveTheWhole) {
  std::string bytes;
  for (int i = 0; i < 1000; ++i) bytes += static_cast<char>(i * 7);
  for (const size_t size : {1U, 3U, 63U, 64U, 65U, 999U}) {
    Sha256 pieces;
    for (size_t at = 0; at < bytes.size(); at += size) pieces.add(std::string_view(bytes).substr(at, size));
    EXPECT_EQ(pieces.finish(), sha256(bytes)) << size;
  }
}

TEST(Fnv1a, AgreesWithItsAuthorsVectors) {
  EXPECT_EQ(fnv1a(""), 0xcbf29ce484222325ULL);
  EXPECT_EQ(fnv1a("a"), 0xaf63dc4c8601ec8cULL);
  EXPECT_EQ(fnv1a("foobar"), 0x85944171f73967e8ULL);
  EXPECT_EQ(fnv1a("bar", fnv1a("foo")), fnv1a("foobar"));
}

TEST(Hex, GoesThereAndBackForEveryByte) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  EXPECT_EQ(*unhex(hex(bytes)), bytes);
  EXPECT_EQ(hex(""), "");
  EXPECT_EQ(*unhex(""), "");
  EXPECT_EQ(unhex("abc").error().text, "hexadecimal text has an odd number of digits");
  EXPECT_EQ(unhex("ab x").error().text, "not hexadecimal: \" x\"");
}

// Counts up, so that what comes from chance is seen.
class Counting final : public Random {
 public:
  void fill(uint8_t* bytes, size_t count) override {
    for (size_t i = 0; i < count; ++i) bytes[i] = next_++;
  }

 private:
  uint8_t next_ = 0;
};

TEST(Uuid, HasTheLayoutOfRfc9562) {
  Counting counting;
  const Uuid id = new_uuid(time_from_ms(0x0123456789ab), counting);
  EXPECT_EQ(uuid_text(id), "01234567-89ab-7001-8203-040506070809");
  EXPECT_EQ(*parse_uuid("01234567-89AB-7001-8203-040506070809"), id);
}

TEST(Uuid, AThousandOfOneMillisecondDiffer) {
  std::set<Uuid> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(new_uuid(Time{0}, system_random()));
  EXPECT_EQ(seen.size(), 1000u);
}

TEST(Uuid, OtherTextsAreRefused) {
  for (const char* bad :
       {"", "-", "0123", "01234567-89ab-7001-8203-04050607080", "01234567-89ab-7001-8203-0405060708090",
        "01234567-89ab-7001-8203-04050607080g", "{01234567-89ab-7001-8203-040506070809}"}) {
    const auto id = parse_uuid(bad);
    ASSERT_FALSE(id.ok()) << bad;
    EXPECT_EQ(id.error().fault, Fault::kInvalid);
  }
}

class Keys : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "reeve-keys-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string path(const char* name) const { return folder_ + "/" + name; }
  std::string folder_;
};

TEST_F(Keys, ANewKeyIsTheOwnersAlone) {
  ASSERT_TRUE(SigningKey::load_or_create(path("key")).ok());
  struct stat status{};
  ASSERT_EQ(::stat(path("key").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST_F(Keys, TwoKeysDiffer) {
  const auto a = SigningKey::load_or_create(path("a")), b = SigningKey::load_or_create(path("b"));
  EXPECT_NE(a->public_key(), b->public_key());
  EXPECT_FALSE(verify_signature(b->public_key(), "x", a->sign("x")));
}

TEST_F(Keys, EveryChangedBitOfASignatureIsSeen) {
  const auto key = SigningKey::load_or_create(path("key"));
  const std::string good = key->sign("the head"), open = key->public_key();
  ASSERT_EQ(good.size(), 64u);
  ASSERT_EQ(open.size(), 32u);
  EXPECT_TRUE(verify_signature(open, "the head", good));
  for (size_t bit = 0; bit < good.size() * 8; bit += 5) {
    std::string bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << bit % 8));
    EXPECT_FALSE(verify_signature(open, "the head", bad)) << bit;
  }
  for (const auto& [key_bytes, signature] : {std::pair<std::string, std::string>{"", good},
                                             {open.substr(1), good},
                                             {open, ""},
                                             {open, good + "x"},
                                             {open, good.substr(1)},
                                             {open + "x", good}})
    EXPECT_FALSE(verify_signature(key_bytes, "the head", signature));
}

TEST_F(Keys, TheKeyOfRfc8410IsReadAndSignsAsItsOwner) {
  // Its section 10.3, with the public key of 10.1; the signature is what `openssl pkeyutl -sign -rawin` gives.
  std::ofstream(path("rfc")) << "-----BEGIN PRIVATE KEY-----\n"
                                "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
                                "-----END PRIVATE KEY-----\n";
  const auto key = SigningKey::load_or_create(path("rfc"));
  ASSERT_TRUE(key.ok()) << key.error().text;
  EXPECT_EQ(hex(key->public_key()), "19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1");
  EXPECT_EQ(hex(key->sign("the head")),
            "eb12512db8df05666d105602eaf97590be841353a49eff4805f1177df629f8c1803ea89790a55a8a4b8419da13c3b617c2689bdb13"
            "d2f03b695c8b32261fee01");
}

TEST_F(Keys, WhatWasWrittenIsReadAgain) {
  const auto made = SigningKey::load_or_create(path("key")), read = SigningKey::load_or_create(path("key"));
  ASSERT_TRUE(read.ok()) << read.error().text;
  EXPECT_EQ(read->public_key(), made->public_key());
  EXPECT_EQ(read->sign("x"), made->sign("x"));
}

TEST_F(Keys, AKeyOfAnotherKindOrCutShortIsRefused) {
  // An X25519 key has another algorithm; the others lost their end.
  for (const char* body :
       {"MC4CAQAwBQYDK2VuBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n",
        "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CX\n-----END PRIVATE KEY-----\n",
        "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"}) {
    std::ofstream(path("bad")) << "-----BEGIN PRIVATE KEY-----\n" << body;
    EXPECT_FALSE(SigningKey::load_or_create(path("bad")).ok()) << body;
  }
}

TEST_F(Keys, AFileThatIsNoKeyIsNamedAndNotOverwritten) {
  std::ofstream(path("junk")) << "not a key\n";
  const auto junk = SigningKey::load_or_create(path("junk"));
  ASSERT_FALSE(junk.ok());
  EXPECT_EQ(junk.error().fault, Fault::kUnavailable);
  EXPECT_EQ(junk.error().text, "signing key " + path("junk") + " is not an Ed25519 private key in PEM form");
  std::ifstream in(path("junk"));
  std::string text;
  std::getline(in, text);
  EXPECT_EQ(text, "not a key");
  const auto nowhere = SigningKey::load_or_create(path("no/such/folder/key"));
  ASSERT_FALSE(nowhere.ok());
  EXPECT_NE(nowhere.error().text.find("No such file or directory"), std::string::npos);
}

}  // namespace
}  // namespace reeve::base
