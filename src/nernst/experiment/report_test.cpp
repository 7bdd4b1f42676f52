// SPDX-License-Identifier: Apache-2.0
#include "nernst/experiment/report.h"

#include <gtest/gtest.h>

#include <numeric>
#include <string>

#include "nernst/experiment/report_layers.h"
#include "nernst/experiment/report_page.h"
#include "nernst/io/file.h"
#include "nernst/io/json.h"
#include "nernst/io/test_help.h"
#include "nernst/io/toml.h"

namespace nernst {
namespace {

using io::complaint;
namespace fs = std::filesystem;

const char* const kLogic = R"(
[data]
name = "logic"
repeats = 300
[[network.layer]]
units = 3
[[network.layer]]
units = 1
[training]
epochs = 2
learning_rate = 0.1
)";

// A run of XOR, finished; tests take files from it away or damage them.
class Report : public ::testing::Test {
 protected:
  Report() { start_run(read_config(io::parse_toml(kLogic, "logic.toml")), run, {}, {}); }
  Tree report() const { return report_of_run(run, {}); }

  io::TestFolder folder;
  fs::path run = folder / "xor";
};

class Page : public ::testing::Test {
 protected:
  Page() {
    if (report_page().empty()) skip();
  }
  static void skip() { GTEST_SKIP() << "built without web/report's libraries"; }
};

std::size_t times(std::string_view word, std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1))
    ++count;
  return count;
}

double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

TEST(BlockMeans, AMapThatIsSmallEnoughIsItself) {
  Matrix<double> values(3, 128);
  std::iota(values.values().begin(), values.values().end(), 0.0);
  const BlockMeans means = block_means(values.view(), 128);
  EXPECT_EQ(means.values.values(), values.values());
  EXPECT_EQ(means.block_rows, 1u);
  EXPECT_EQ(means.block_columns, 1u);
}

TEST(BlockMeans, ALargerMapKeepsItsMean) {
  Matrix<double> values(256, 384);
  for (std::size_t k = 0; k < values.values().size(); ++k)
    values.values()[k] = static_cast<double>(k * k % 1009) - 300;
  const BlockMeans means = block_means(values.view(), 128);
  EXPECT_EQ(means.values.rows(), 128u);
  EXPECT_EQ(means.values.columns(), 128u);
  EXPECT_NEAR(mean_of(means.values.values()), mean_of(values.values()), 1e-9);
}

TEST(BlockMeans, ABlockThatIsCutIsTheMeanOfWhatIsThere) {
  Matrix<double> values(1, 129, 2.0);
  values(0, 128) = 7;
  const BlockMeans means = block_means(values.view(), 128);
  EXPECT_EQ(means.block_columns, 2u);
  ASSERT_EQ(means.values.columns(), 65u);
  EXPECT_EQ(means.values(0, 63), 2);
  EXPECT_EQ(means.values(0, 64), 7);
}

TEST(Histogram, EveryValueIsCountedOnce) {
  Matrix<double> values(1, 7);
  values.values() = {-1.5, -1, -0.01, 0.01, 0.99, 1, 1.01};
  const Histogram counted = histogram(values.view(), 1, 4);
  EXPECT_EQ(counted.counts, (std::vector<std::int64_t>{1, 1, 1, 2}));
  EXPECT_EQ(counted.outside, 2);
}

TEST_F(Report, SaysWhatTheRunWasAndHowItEnded) {
  const Tree tree = report();
  EXPECT_EQ(tree["name"], "xor");
  EXPECT_EQ(tree["finished"], true);
  EXPECT_EQ(tree["epochs_done"], 2);
  EXPECT_EQ(tree["classes"].size(), 2u);
  EXPECT_EQ(tree["result"]["epochs"], 2);
  EXPECT_FALSE(tree["metrics"].empty());
  ASSERT_EQ(tree["layers"].size(), 2u);
  const Tree& layer = tree["layers"][0];
  EXPECT_EQ(layer["rows"], 3);
  EXPECT_EQ(layer["columns"], 3);
  EXPECT_EQ(layer["before"]["map"].size(), 9u);
  EXPECT_NE(layer["before"]["map"], layer["after"]["map"]);
  EXPECT_EQ(layer["after"]["histogram"].size(), 60u);
  // the parts are the whole
  const auto sum_of = [](const Tree& parts) {
    double sum = 0;
    for (const Tree& part : parts) sum += part["training"].get<double>();
    return sum;
  };
  const double energy_J = tree["result"]["ledger"]["energy_J"];
  const double time_s = tree["result"]["ledger"]["time_s"];
  EXPECT_NEAR(sum_of(tree["energy"]), energy_J, 1e-9 * energy_J);
  EXPECT_NEAR(sum_of(tree["time"]), time_s, 1e-9 * time_s);
}

TEST_F(Report, ARunUnderWayIsReportedAsFarAsItIs) {
  fs::remove(run / "result.json");
  Tree tree = report();
  EXPECT_EQ(tree["finished"], false);
  EXPECT_TRUE(tree["result"].is_null());
  EXPECT_EQ(tree["epochs_done"], 2);
  EXPECT_TRUE(tree["layers"][0].contains("after"));
  EXPECT_FALSE(tree["ledger"].empty());
  EXPECT_EQ(tree["ledger"].size(), 25u);

  // a line that is half written is not there yet
  const std::size_t lines = tree["metrics"].size();
  io::write_file_atomically(run / "metrics.jsonl",
                            io::read_file(run / "metrics.jsonl") + "{\"epoch\": 1.");
  EXPECT_EQ(report()["metrics"].size(), lines);

  // not even begun
  fs::remove(run / "checkpoint.h5");
  fs::remove(run / "metrics.jsonl");
  tree = report();
  EXPECT_EQ(tree["epochs_done"], 0);
  EXPECT_FALSE(tree["layers"][0].contains("after"));
  EXPECT_TRUE(tree["ledger"].empty());
  EXPECT_TRUE(tree["metrics"].empty());
}

TEST_F(Report, ARunIsNamedForItsFolderAndNotForWhereItLies) {
  for (const fs::path& path : {run, run / "", run / "."}) {
    const Tree tree = report_of_run(path, {});
    EXPECT_EQ(tree["name"], "xor");
    EXPECT_EQ(tree.dump().find(folder.path().string()), std::string::npos);
  }
}

TEST_F(Report, ARunIsReportedOnTheBackEndThatMadeIt) {
  const fs::path other = folder / "reference";
  start_run(read_config(io::parse_toml(kLogic, "logic.toml")), other,
            {.backend = Backend::reference}, {});
  EXPECT_EQ(report_of_run(other, {})["layers"].size(), 2u);
}

TEST_F(Report, ADamagedFileIsNamed) {
  const std::string metrics = io::read_file(run / "metrics.jsonl");
  const std::string where = (run / "metrics.jsonl").string();
  for (const char* const line : {"{\"epoch\": 1,", "7", "{\"epoch\": \"one\"}", ""}) {
    io::write_file_atomically(run / "metrics.jsonl", std::string(line) + "\n" + metrics);
    const std::string said = complaint([&] { report(); });
    EXPECT_TRUE(said.starts_with(where + ":1")) << said;
    EXPECT_NE(said.find("is no line of metrics"), std::string::npos) << said;
  }
  io::write_file_atomically(run / "metrics.jsonl", metrics);

  const fs::path result = run / "result.json";
  Tree ragged = io::parse_json(io::read_file(result), "result.json");
  ragged["confusion"][0] = {1};
  const std::string good = io::read_file(result);
  for (const std::string& text : {std::string("[]"), std::string("{}"), ragged.dump()}) {
    io::write_file_atomically(result, text);
    EXPECT_TRUE(
        complaint([&] { report(); }).starts_with(result.string() + ": is damaged or was edited"));
  }
  io::write_file_atomically(result, good);

  io::write_file_atomically(run / "data.json", "{}");
  EXPECT_TRUE(complaint([&] { report(); }).starts_with((run / "data.json").string() + " = kind: "));
  EXPECT_EQ(complaint([&] { report_of_run(folder.path(), {}); }),
            folder.path().string() + ": is not the folder of a run (it has no config.toml)");
}

TEST_F(Page, HoldsItsDataWhateverTheySay) {
  const std::string empty = report_html(Tree::object());
  Tree data = Tree::object();
  data["title"] = "</script><!-- <SCRIPT> 10 < 11 -->";
  const std::string html = report_html(data);
  EXPECT_TRUE(html.starts_with(kReportMark));
  EXPECT_EQ(times("</script", html), times("</script", empty));
  EXPECT_EQ(times("<!--", html), times("<!--", empty));
  EXPECT_EQ(times("<SCRIPT", html), 0u);

  const std::string mark = "id=\"data\">";
  const std::size_t begin = html.find(mark) + mark.size();
  const Tree read =
      io::parse_json(html.substr(begin, html.find("</script>", begin) - begin), "page");
  EXPECT_EQ(read["title"], data["title"]);
}

TEST_F(Page, ReplacesAReportAndNothingElse) {
  const io::TestFolder folder;
  const fs::path path = folder / "report.html";
  const std::string html = report_html(Tree::object());
  write_report(path, html);
  write_report(path, html);
  EXPECT_EQ(io::read_file(path), html);

  const fs::path other = folder / "thesis.html";
  io::write_file_atomically(other, "<!doctype html>\n<p>mine");
  EXPECT_EQ(
      complaint([&] { write_report(other, html); }),
      "--out = " + other.string() + ": is there already and is not a report; give another name");
  EXPECT_EQ(io::read_file(other), "<!doctype html>\n<p>mine");
  EXPECT_EQ(complaint([&] { write_report(folder.path(), html); }),
            "--out = " + folder.path().string() + ": is not a file; give the name of a report");
}

}  // namespace
}  // namespace nernst
