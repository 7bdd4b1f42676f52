// SPDX-License-Identifier: Apache-2.0
#include "nernst/experiment/unread_keys.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "nernst/experiment/run.h"
#include "nernst/io/file.h"
#include "nernst/io/json.h"
#include "nernst/io/test_help.h"
#include "nernst/io/toml.h"

namespace nernst {
namespace {

const char* const kNetwork = R"(
[[network.layer]]
units = 5
[[network.layer]]
units = 3
activation = "softmax"
)";

std::vector<std::string> sentences(const std::string& toml) {
  const Tree tree = io::parse_toml(toml + kNetwork, "test.toml");
  return unread_sentences(unread_keys(tree, read_config(tree)));
}

using Sentences = std::vector<std::string>;

}  // namespace

TEST(UnreadKeys, NameTheSwitch) {
  EXPECT_EQ(sentences("[chip.wires]\nr_row_Ohm = 200"),
            Sentences{"chip.wires.r_row_Ohm has no effect, as chip.wires.enabled is false (give "
                      "true)"});
  EXPECT_EQ(sentences("[chip]\nadc = {offset = 50, gain = 0.1}\namplifier.offset_V = 1"),
            (Sentences{
                "chip.adc.offset, chip.adc.gain have no effect, as chip.adc.enabled is false (give "
                "true)",
                "chip.amplifier.offset_V has no effect, as chip.amplifier.enabled is false (give "
                "true)"}));
  EXPECT_EQ(sentences("[training]\nttv2.gamma = 0.5\nstep_factor = 0.1"),
            (Sentences{"training.step_factor has no effect, as training.learning_rate_shape is "
                       "constant (give step)",
                       "training.ttv2.gamma has no effect, as training.update is pulsed (give "
                       "ttv2)"}));
  EXPECT_EQ(sentences("[transfer]\ntolerance = 0.1"),
            Sentences{"transfer.tolerance has no effect, as transfer.source is none and "
                      "training.refresh_every is 0 (give transfer.source another value, or "
                      "training.refresh_every more than 0)"});
  EXPECT_EQ(sentences("[device.retention]\ntemperature_K = 350"),
            Sentences{"device.retention.temperature_K has no effect, as device.retention.tau_s is "
                      "0 (give more than 0)"});
  EXPECT_EQ(sentences("[aging]\nwait_s = 10"),
            Sentences{"aging.wait_s has no effect, as device.retention.tau_s is 0 (give more than "
                      "0)"});
}

TEST(UnreadKeys, AreSilentWhereTheSwitchIsOn) {
  EXPECT_EQ(sentences("[chip.wires]\nenabled = true\nr_row_Ohm = 200"), Sentences());
  EXPECT_EQ(sentences("[chip.driver]\nenabled = true\n[chip.wires]\ndose_power = 2"), Sentences());
  EXPECT_EQ(sentences("[training]\nupdate = \"ttv2\"\nttv2.gamma = 0.5"), Sentences());
  EXPECT_EQ(sentences("[transfer]\nsource = \"float\"\ntolerance = 0.1"), Sentences());
  EXPECT_EQ(sentences("[training]\nrefresh_every = 10\n[transfer]\ntolerance = 0.1"), Sentences());
  EXPECT_EQ(sentences("[device.retention]\ntau_s = 10\ntemperature_K = 350"), Sentences());
}

TEST(UnreadKeys, OfOneLayerOnlyCountWhereThatLayerIs) {
  const auto of = [](const std::string& layers) {
    const Tree tree = io::parse_toml("chip.full_scale_weight = 2\n" + layers, "test.toml");
    return unread_keys(tree, read_config(tree)).size();
  };
  const std::string own = "[[network.layer]]\nunits = 3\nfull_scale_weight = 1\n";
  EXPECT_EQ(of(own + own), 1u);
  EXPECT_EQ(of(own + "[[network.layer]]\nunits = 3\n"), 0u);
}

TEST(UnreadKeys, OfADeviceFileAreNamedWithIt) {
  const io::TestFolder folder;
  const std::string path = (folder / "mine.toml").string();
  io::write_file_atomically(path, "law = \"ideal\"\n[retention]\nbeta = 0.5\n");
  EXPECT_EQ(sentences(fmt::format("chip.device = \"{}\"", path)),
            Sentences{path + ": retention.beta has no effect, as device.retention.tau_s is 0 (give "
                             "more than 0)"});
}

TEST(UnreadKeys, AConfigThatNernstWroteSaysNothing) {
  Config config = read_config(io::parse_toml(kNetwork, "test.toml"));
  Tree written = write_config(config);
  EXPECT_TRUE(unread_keys(written, read_config(written)).empty());
  // but what is changed in it is heard
  written["chip"]["wires"]["r_row_Ohm"] = 200;
  EXPECT_EQ(unread_keys(written, read_config(written)).size(), 1u);
}

TEST(UnreadKeys, BecomeAnErrorThatNamesKeyAndValue) {
  const Tree tree = io::parse_toml(std::string("chip.wires.r_row_Ohm = 200\n") + kNetwork, "t");
  EXPECT_STREQ(unread_error(unread_keys(tree, read_config(tree))).what(),
               "chip.wires.r_row_Ohm = 200: has no effect, as chip.wires.enabled is false (give "
               "true)");
}

// Every key of every table, in many experiments: where the tables say that it is read, it changes
// a result somewhere, and where they say that it is not, it changes none.
namespace {

// Keys that change no number of a result, each with its reason.
const std::map<std::string, std::string> kWithoutResult = {
    {"training.checkpoint_s", "how often a run is saved"},
    {"training.monitor_threshold", "when a person is warned"},
    {"network.layer.kind", "has one value"},
    {"data.name", "another data set is another experiment"},
    {"data.separator", "with another one the file is refused"},
    {"chip.wires.tolerance", "bounds an error that meshes of a few cells do not have"},
};
// What has no effect of its own, but moves on the noise of what comes after it.
const std::set<std::string> kMovesNoise = {"aging.wait_s"};
bool is_of_floorplans(const std::string& path) { return path == "chip.area"; }

class EveryKey : public ::testing::Test {
 protected:
  EveryKey() {
    // two files of 3 classes that differ
    io::write_file_atomically(folder / "a.csv", table(1));
    io::write_file_atomically(folder / "b.csv", table(2));
    // the same with gaps; with decimal commas; and as images of 2 x 3
    std::string gaps = table(1), commas, images(16, '\0'), labels(8, '\0');
    for (const char* row : {"?,5,3,0\n", "1,?,9,1\n", "2,,8,2\n"}) gaps += row;
    io::write_file_atomically(folder / "gaps.csv", gaps);
    for (int k = 0; k < 30; ++k)
      commas += fmt::format("{},{};{};{}\n", k % 7, k % 5, (k % 3) * 4 + k % 2, k % 3);
    io::write_file_atomically(folder / "commas.csv", commas);
    images.replace(2, 2, "\x08\x03", 2);
    images[7] = 30, images[11] = 2, images[15] = 3;
    labels.replace(2, 2, "\x08\x01", 2);
    labels[7] = 30;
    for (int k = 0; k < 30; ++k) {
      for (int p = 0; p < 6; ++p) images += static_cast<char>((k * 7 + p * p * 11 + k * p) % 100);
      labels += static_cast<char>(k % 3);
    }
    std::filesystem::create_directory(folder / "idx");
    io::write_file_atomically(folder / "idx/train-images-idx3-ubyte", images);
    io::write_file_atomically(folder / "idx/train-labels-idx1-ubyte", labels);
    for (const char* const drive : {"voltage", "current"})
      io::write_file_atomically(
          folder / (std::string(drive) + ".toml"),
          fmt::format("law = \"charge_controlled\"\n[parameters]\ndrive = \"{}\"\n", drive));
    // (the presets with this law only go up)
    io::write_file_atomically(folder / "both_ways.toml", "law = \"exponential_step\"\n");
  }

  static std::string table(int seed) {
    std::string text = "x0,x1,x2,y\n";
    for (int k = 0; k < 30; ++k)
      text += fmt::format("{},{},{},{}\n", (k * 7 + k / 4) * seed % 3, k * k * seed % 13,
                          (k % 3) * 4 + k * seed % 3, k % 3);
    return text;
  }

  // A small experiment with `changes` over it.
  Tree experiment(const std::string& changes) const {
    Tree tree = io::parse_toml(fmt::format(R"(
[data]
name = "csv"
path = "{}"
[chip]
tile = [4, 3]
full_scale_weight = 2
[[network.layer]]
units = 5
[[network.layer]]
units = 3
activation = "softmax"
[training]
epochs = 1
batch = 3
learning_rate = 0.1
[device.cell]
read_noise = 0.01
write_noise = 0.1
c2c = 0.1
[device.spread]
up_down = 0.01
)",
                                           (folder / "a.csv").string()),
                               "base.toml");
    const Tree over = io::parse_toml(changes, "changes.toml");
    merge(tree, over);
    return tree;
  }

  static void merge(Tree& base, const Tree& changes) {
    for (const auto& [key, value] : changes.items()) {
      if (value.is_object() && base.contains(key))
        merge(base[key], value);
      else
        base[key] = value;
    }
  }

  // All numbers of the run but those that time decides; nothing where the config is refused.
  std::optional<std::string> result_of(const Tree& tree) {
    const auto run = folder / fmt::format("run{}", runs_++);
    std::optional<std::string> answer;
    try {
      Tree json = result_json(start_run(read_config(tree), run, {}, {}));
      json.erase("run");
      json.erase("samples_per_second");
      for (const char* const name : {"data", "device", "schedule", "update"}) json.erase(name);
      answer = io::to_json(json, io::JsonLayout::line);
    } catch (const ConfigError&) {
    } catch (const Diverged& error) {
      answer = error.what();
    }
    std::error_code ignored;
    std::filesystem::remove_all(run, ignored);
    return answer;
  }

  // Other values than the one that the field has, likely first.
  std::vector<Tree> others(const std::string& key, const Field& field) const {
    const Tree now = field.value();
    std::vector<Tree> values;
    if (now.is_boolean()) return {!now.get<bool>()};
    if (!field.choices.empty()) {
      values.assign(field.choices.begin(), field.choices.end());
    } else if (now.is_number() || now == "auto") {
      const double v = now.is_number() ? now.get<double>() : 0.7;
      for (const double other : {2 * v, v + 1, v / 2, v + 0.01, v + 0.3, 0.5, -v, v - 0.3, v - 1,
                                 1e-3, 1.0, 3.0, 20.0, 1e-6, 1e-9, 1e-12, 1e-20})
        if (other >= field.note.min && other <= field.note.max) {
          if (now.is_number_integer())
            values.push_back(static_cast<std::int64_t>(other));
          else
            values.push_back(other);
        }
    } else if (key == "data.columns" || key == "data.drop" || key == "data.categories") {
      values.push_back(Tree::array({"0"}));
    } else if (now.is_array()) {
      for (const double factor : {0.7, 0.5, 2.0}) {
        Tree scaled = now;
        for (Tree& entry : scaled)
          entry = entry.is_number_integer()
                      ? Tree(static_cast<std::int64_t>(entry.get<double>() * factor) + 1)
                      : Tree(entry.get<double>() * factor);
        values.push_back(scaled);
      }
    } else {
      static const std::map<std::string, std::vector<std::string>> texts = {
          {"data.label_column", {"first"}},
          {"data.name", {"logic"}},
          {"chip.device", {"ideal", "reram_softbounds"}},
          {"training.schedule", {"conventional", "propagate_then_update"}},
          {"training.update", {"tiki_taka"}},
          {"transfer.source", {"float"}}};
      const auto known = texts.find(key);
      if (known != texts.end()) values.assign(known->second.begin(), known->second.end());
      if (key == "data.path" || key == "data.test_path")
        values.push_back((folder / "b.csv").string());
    }
    std::erase(values, now);
    return values;
  }

  static Tree with(const Tree& tree, const std::string& path, const Tree& value) {
    Tree changed = tree;
    Tree* place = &changed;
    for (std::size_t begin = 0; begin <= path.size();) {
      const std::size_t end = std::min(path.find('.', begin), path.size());
      const std::string name = path.substr(begin, end - begin);
      place = place->is_array() ? &(*place)[std::stoul(name)] : &(*place)[name];
      begin = end + 1;
    }
    *place = value;
    return changed;
  }

  void try_experiment(const std::string& changes);

  io::TestFolder folder;
  std::set<std::string> effective, read, told_unread;

 private:
  int runs_ = 0;
};

// "network.layer.0.units" is a key like that of any other layer; laws and their parameters go
// together.
std::string name_of(const SpecTable& table, const Field& field, const Tree& values) {
  const std::string path = table.path.starts_with("network.layer.") ? "network.layer" : table.path;
  const std::string law = path == "device.parameters" ? values["device"]["law"] : Tree("");
  return join_path(path, field.name) + (law.empty() ? "" : " of " + law);
}

void EveryKey::try_experiment(const std::string& changes) {
  SCOPED_TRACE(changes);
  const Tree tree = experiment(changes);
  const auto before = result_of(tree);
  ASSERT_TRUE(before) << io::complaint(
      [&] { start_run(read_config(tree), folder / "refused", {}, {}); });
  const SpecTables tables(read_config(tree));
  for (const SpecTable& table : tables.all())
    for (const Field& field : table.fields.all()) {
      const std::string key = join_path(table.path, field.name);
      const std::string name = name_of(table, field, tables.values());
      const std::string why = why_unread(table, field, tables.values());
      if (is_of_floorplans(table.path) || kWithoutResult.contains(name)) continue;
      if (why.empty() ? effective.contains(name) : !told_unread.insert(name + why).second) continue;
      if (why.empty()) read.insert(name);
      for (const Tree& value : others(key, field)) {
        const auto after = result_of(with(tree, key, value));
        if (!after) continue;
        if (why.empty() && *after != *before) effective.insert(name);
        if (!why.empty() && !kMovesNoise.contains(name)) {
          EXPECT_EQ(*after, *before) << key << " = " << value << " is read, although " << why;
        }
        if (!why.empty() || effective.contains(name)) break;
      }
    }
}

}  // namespace

TEST_F(EveryKey, ChangesAResultWhereTheTablesSayThatItIsRead) {
  const std::string circuits = R"(
[chip]
cell_reads = "through_circuits"
neuron.enabled = true
error_circuit.enabled = true
wires.enabled = true
wires.refresh_change = 0.1
wires.dose_power = 2
read_noise = {enabled = true, flicker = 1e-6, telegraph_fraction = 0.1}
dac.enabled = true
adc.enabled = true
amplifier.enabled = true
sample_hold.enabled = true
driver.enabled = true
driver.half_select_dose = 0.01
)";
  try_experiment("");
  try_experiment("training.refresh_every = 4\n" + circuits);
  try_experiment("chip.amplifier = {enabled = true, t_settle_s = 1e-9}\n");
  try_experiment("[transfer]\nsource = \"float\"\nnoise = 0.01\nfine_tune_epochs = 1");
  try_experiment("[transfer]\nsource = \"float\"\nwrite = \"open_loop\"");
  try_experiment("data.validation_fraction = 0.2\nnetwork.layer = [{units = 4}, {units = 3}]");
  try_experiment("training = {schedule = \"conventional\", accumulate = true, epochs = 2}");
  try_experiment("training = {learning_rate_shape = \"step\", step_epochs = 0.3}");
  try_experiment("training = {learning_rate_shape = \"cosine\"}");
  try_experiment("training.zero_shift = 3\nchip.noise = \"per_pulse\"");
  try_experiment("chip = {adc_bits = 3, adc_bound = 0.5, noise_management = \"none\"}");
  try_experiment("chip.weight = \"reference_column\"\ndevice.spread.offset_shared = 0.1");
  try_experiment("chip.weight = \"differential_pair\"\ntraining.refresh_every = 3");
  try_experiment(
      "device.retention = {tau_s = 1e-5, beta = 0.7, temperature_K = 310, e_activation_J = "
      "1e-20}\ndevice.spread.offset = 0.1\naging = {after_epoch = 1, wait_s = 1e-6}\n"
      "training.epochs = 2");
  try_experiment("chip.device = \"ideal\"\ndevice.cell.dw_min = 0.3\ntraining.learning_rate = 50");
  for (const char* const coding : {"amplitude_duration", "count", "exact"})
    try_experiment(
        fmt::format("chip.coding = \"{}\"\ndata.test_path = \"{}\"\ntraining.learning_rate = 2",
                    coding, (folder / "b.csv").string()));
  for (const char* const file :
       {"gaps.csv\", missing = \"mean", "commas.csv", "idx\", name = \"idx"})
    try_experiment(fmt::format("data = {{path = \"{}\"}}", (folder / file).string()));
  try_experiment(
      "data = {name = \"logic\", path = \"\"}\nnetwork.layer = [{units = 4}, {units = 1}]");
  for (const NamedHelp& rule : update_rules())
    try_experiment(fmt::format("training.update = \"{}\"", rule.name));
  try_experiment("training = {update = \"cell_by_cell\", cell_by_cell.tolerance = 1e-4}");
  for (const std::string& device : device_presets())
    try_experiment(
        fmt::format("chip.device = \"{}\"\nchip.weight = \"{}\"", device,
                    load_device(device).cell.one_sided ? "differential_pair" : "reference_cell"));
  for (const char* const device : {"voltage.toml", "current.toml", "both_ways.toml"})
    try_experiment(fmt::format("chip.device = \"{}\"", (folder / device).string()));

  for (const std::string& key : read) EXPECT_TRUE(effective.contains(key)) << key;
  // no key was left out: each is read in one of the experiments
  const SpecTables tables(read_config(experiment("")));
  for (const SpecTable& table : tables.all())
    for (const Field& field : table.fields.all()) {
      const std::string name = name_of(table, field, tables.values());
      if (is_of_floorplans(table.path) || kWithoutResult.contains(name)) continue;
      EXPECT_TRUE(read.contains(name)) << name << ": no experiment here reads it";
    }
}

}  // namespace nernst
