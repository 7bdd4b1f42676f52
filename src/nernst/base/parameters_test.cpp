// SPDX-License-Identifier: Apache-2.0
#include "nernst/base/parameters.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "nernst/base/error.h"

namespace nernst {
namespace {

enum class Colour { red, green };

struct Everything {
  double real = 0.5;
  std::int64_t count = 3;
  bool on = false;
  std::string word = "a";
  std::vector<std::string> words = {"x", "y"};
  std::optional<double> maybe;
  std::vector<double> numbers = {1, 2};
  std::vector<std::int64_t> counts = {4};
  Colour colour = Colour::red;

  void describe(Fields& f) {
    f.real("real", real, {.unit = "V", .min = 0, .max = 1, .help = "a number"});
    f.integer("count", count, {.min = 1, .max = 2000, .help = "an integer"});
    f.flag("on", on, "a switch");
    f.text("word", word, "a text");
    f.texts("words", words, "texts");
    f.real_or_auto("maybe", maybe, {.min = 0, .help = "a number or auto"});
    f.reals("numbers", numbers, {.max = 10, .help = "numbers"});
    f.integers("counts", counts, {.help = "integers"});
    f.choice("colour", colour, {"red", "green"}, "a choice");
  }
};

Everything read(const char* json, const std::vector<std::string>& elsewhere = {}) {
  Everything spec;
  read_fields(Tree::parse(json), "chip.part", fields_of(spec), elsewhere);
  return spec;
}

void expect_complaint(const char* json, const std::string& field, const std::string& remedy) {
  try {
    read(json);
    ADD_FAILURE() << json << " was taken";
  } catch (const ConfigError& error) {
    EXPECT_EQ(error.field(), field) << json;
    EXPECT_NE(error.remedy().find(remedy), std::string::npos) << error.what();
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << error.what();
    EXPECT_LT(std::string(error.what()).size(), 300u) << error.what();
  }
}

TEST(Parameters, AreReadByTheirNames) {
  const Everything spec = read(
      R"({"real": 1, "count": 7, "on": true, "word": "b", "words": [], "maybe": 2.5,
          "numbers": [3, 4.5], "counts": [1, 2], "colour": "green"})");
  EXPECT_EQ(spec.real, 1.0);
  EXPECT_EQ(spec.count, 7);
  EXPECT_TRUE(spec.on);
  EXPECT_EQ(spec.word, "b");
  EXPECT_TRUE(spec.words.empty());
  EXPECT_EQ(spec.maybe, 2.5);
  EXPECT_EQ(spec.numbers, (std::vector<double>{3, 4.5}));
  EXPECT_EQ(spec.counts, (std::vector<std::int64_t>{1, 2}));
  EXPECT_EQ(spec.colour, Colour::green);
}

TEST(Parameters, KeepTheirDefaultsWhenNotGiven) {
  const Everything spec = read("{}");
  EXPECT_EQ(spec.real, 0.5);
  EXPECT_EQ(spec.count, 3);
  EXPECT_FALSE(spec.maybe.has_value());
  EXPECT_EQ(read(R"({"maybe": "auto"})").maybe, std::nullopt);
}

TEST(Parameters, SurviveWritingAndReading) {
  Everything spec = read(R"({"real": 0.1, "maybe": 0.30000000000000004, "colour": "green"})");
  const Tree written = write_fields(fields_of(spec));
  Everything again;
  read_fields(written, "", fields_of(again));
  EXPECT_EQ(write_fields(fields_of(again)), written);
  EXPECT_EQ(again.maybe, 0.30000000000000004);
  EXPECT_EQ(written.at("colour"), "green");
  Everything plain;
  EXPECT_EQ(write_fields(fields_of(plain)).at("maybe"), "auto");
}

TEST(Parameters, AnIntegerMayBeWrittenAsAPersonWould) {
  EXPECT_EQ(read(R"({"count": 3.0})").count, 3);
  EXPECT_EQ(read(R"({"count": 1e3})").count, 1000);
}

TEST(Parameters, AreRefusedWithTheFieldTheValueAndWhatWouldDo) {
  expect_complaint(R"({"real": 1.5})", "chip.part.real", "a number from 0 to 1");
  expect_complaint(R"({"real": "x"})", "chip.part.real", "a number from 0 to 1");
  expect_complaint(R"({"real": null})", "chip.part.real", "a number");
  expect_complaint(R"({"count": 0})", "chip.part.count", "an integer from 1 to 2000");
  expect_complaint(R"({"count": 2.5})", "chip.part.count", "an integer");
  expect_complaint(R"({"count": 1e300})", "chip.part.count", "an integer");
  expect_complaint(R"({"count": 18446744073709551615})", "chip.part.count", "an integer");
  expect_complaint(R"({"on": 1})", "chip.part.on", "true or false");
  expect_complaint(R"({"word": 1})", "chip.part.word", "a text");
  expect_complaint(R"({"words": ["a", 1]})", "chip.part.words.1", "a text");
  expect_complaint(R"({"words": "a"})", "chip.part.words", "a list");
  expect_complaint(R"({"maybe": -1})", "chip.part.maybe", "\"auto\" or a number");
  expect_complaint(R"({"maybe": "car"})", "chip.part.maybe", "\"auto\" or a number");
  expect_complaint(R"({"numbers": [1, 11]})", "chip.part.numbers.1", "a number of 10 or less");
  expect_complaint(R"({"counts": [1.5]})", "chip.part.counts.0", "an integer");
  expect_complaint(R"({"colour": "blue"})", "chip.part.colour", "\"red\", \"green\"");
  expect_complaint("[1, 2]", "chip.part", "a table");
}

TEST(Parameters, NumbersAreFinite) {
  for (const double x : {std::numeric_limits<double>::infinity(), std::nan("")}) {
    Everything spec;
    EXPECT_THROW(read_fields(Tree{{"numbers", {x}}}, "", fields_of(spec)), ConfigError);
    EXPECT_THROW(read_fields(Tree{{"maybe", x}}, "", fields_of(spec)), ConfigError);
    EXPECT_THROW(read_fields(Tree{{"count", x}}, "", fields_of(spec)), ConfigError);
  }
}

TEST(Parameters, ALongValueIsCutInTheComplaint) {
  const std::string text = R"({"on": ")" + std::string(5000, 'x') + "\"}";
  expect_complaint(text.c_str(), "chip.part.on", "true or false");
}

TEST(Parameters, AnUnknownKeyNamesTheNearest) {
  expect_complaint(R"({"colur": "red"})", "chip.part.colur", "did you mean \"colour\"?");
  expect_complaint(R"({"qqqqqq": 1})", "chip.part.qqqqqq", "known here: real, count");
}

TEST(Parameters, ATableThatSomebodyElseReadsIsPassedOver) {
  EXPECT_EQ(read(R"({"wires": {"any": 1}, "count": 5})", {"wires"}).count, 5);
}

TEST(Parameters, TellTheirTypes) {
  Everything spec;
  const Fields fields = fields_of(spec);
  EXPECT_EQ(fields.find("real")->type(), "a number from 0 to 1");
  EXPECT_EQ(fields.find("maybe")->type(), "\"auto\" or a number of 0 or more");
  EXPECT_EQ(fields.find("colour")->type(), "one of red, green");
  EXPECT_EQ(fields.find("nothing"), nullptr);
  EXPECT_EQ(fields.all().size(), 9u);
}

// A table with conditions of every kind, in a config with other tables.
struct Switched {
  bool enabled = false;
  double early = 1, plain = 1, shaped = 1, either = 1, free = 1;
  std::string shape = "round";

  void describe(Fields& f) {
    f.real("early", early, {});
    f.flag("enabled", enabled, "the switch");
    f.real("plain", plain, {});
    f.text("shape", shape, "").always();
    f.real("shaped", shaped, {}).where(is("shape", {"square", "cube"}));
    f.real("either", either, {}).or_where(is_not_zero("other.list.count"));
    f.all_where({is_not("shape", {"none"})}, [&] { f.real("free", free, {}).always(); });
  }
};

std::string unmet(Switched spec, const char* key, const Tree& other) {
  const Fields fields = fields_of(spec);
  const Tree table = write_fields(fields), top = {{"other", other}, {"part", table}};
  const Condition* const condition = unmet_condition(*fields.find(key), table, top);
  return condition == nullptr ? "" : unmet_text(*condition, "part", table, top);
}

TEST(Switches, AfterEnabledEveryKeyNeedsIt) {
  const Tree other = {{"list", {{{"count", 0}}, {{"count", 0.0}}}}};
  EXPECT_EQ(unmet({}, "early", other), "");
  EXPECT_EQ(unmet({}, "enabled", other), "");
  EXPECT_EQ(unmet({}, "shape", other), "");
  EXPECT_EQ(unmet({}, "plain", other), "part.enabled is false (give true)");
  EXPECT_EQ(unmet({.enabled = true}, "plain", other), "");
}

TEST(Switches, AllConditionsMustHoldAndOneAlternativeOfEach) {
  const Tree none = {{"list", {{{"count", 0}}, {{"count", 0.0}}}}};
  const Tree some = {{"list", {{{"count", 0}}, {{"count", 2}}}}};
  EXPECT_EQ(unmet({.enabled = true}, "shaped", none), "part.shape is round (give square or cube)");
  EXPECT_EQ(unmet({.shape = "cube"}, "shaped", none), "part.enabled is false (give true)");
  EXPECT_EQ(unmet({.enabled = true, .shape = "cube"}, "shaped", none), "");
  EXPECT_EQ(unmet({}, "either", none),
            "part.enabled is false and other.list.count is 0 (give part.enabled true, or "
            "other.list.count more than 0)");
  EXPECT_EQ(unmet({}, "either", some), "");
  EXPECT_EQ(unmet({.shape = "none"}, "free", none), "part.shape is none (give another value)");
}

TEST(Switches, ASlipInTheNameOfAKeyIsOurs) {
  EXPECT_THROW(unmet({}, "either", Tree::object()), InternalError);
}

TEST(Switches, AreShownInTheHelp) {
  EXPECT_EQ(condition_text({is("coding", {"count"}), is_not_zero("chip.dac_bits")}),
            "coding = count or chip.dac_bits is not 0");
  EXPECT_EQ(condition_text({is("path", {""})}), "path = \"\"");
}

TEST(NearestName, ForgivesASlipAndNoMore) {
  const std::vector<std::string> known = {"learning_rate", "epochs", "batch"};
  EXPECT_EQ(nearest_name("lerning_rate", known), "learning_rate");
  EXPECT_EQ(nearest_name("epoch", known), "epochs");
  EXPECT_EQ(nearest_name("bacth", known), "batch");
  EXPECT_EQ(nearest_name("temperature", known), std::nullopt);
  // three letters have one slip, and exchanging two is one
  EXPECT_EQ(nearest_name("sgd", {"agad", "sign"}), std::nullopt);
  EXPECT_EQ(nearest_name("agda", {"agad", "sign"}), "agad");
  EXPECT_EQ(nearest_name("pusled", {"agad", "pulsed"}), "pulsed");
  // short for one, but not for several
  EXPECT_EQ(nearest_name("lr", known), "learning_rate");
  EXPECT_EQ(nearest_name("rate", known), "learning_rate");
  EXPECT_EQ(nearest_name("learn", known), "learning_rate");
  EXPECT_EQ(nearest_name("rate", {"learning_rate", "final_rate"}), std::nullopt);
  EXPECT_EQ(nearest_name("bits", {"adc_bits", "dac_bits"}), std::nullopt);
  EXPECT_EQ(nearest_name(std::string(100'000, 'e'), known), std::nullopt);
  EXPECT_EQ(nearest_name("", {}), std::nullopt);
}

TEST(JoinPath, PutsADotBetween) {
  EXPECT_EQ(join_path("chip", "tile"), "chip.tile");
  EXPECT_EQ(join_path("", "tile"), "tile");
}

}  // namespace
}  // namespace nernst
