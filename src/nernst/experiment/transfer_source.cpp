// SPDX-License-Identifier: Apache-2.0
#include "nernst/experiment/transfer_source.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "nernst/io/dense_layers.h"
#include "nernst/io/file.h"
#include "nernst/io/hash.h"
#include "nernst/io/text.h"

namespace nernst {

namespace {

// A network from elsewhere in the shape of the config's.
FloatNetwork read_network(const Config& config) {
  const std::string& path = config.transfer.source;
  const NetworkSpec& spec = config.network;
  const std::vector<io::DenseLayer> layers = io::read_dense_layers(path);
  const auto refuse = [&](const std::string& what) {
    return ConfigError("transfer.source", path, what);
  };
  if (layers.size() != spec.layers.size())
    throw refuse(fmt::format("has {} layers, and the config {}: give as many [[network.layer]]",
                             layers.size(), spec.layers.size()));
  FloatNetwork network(spec, resolve_loss(config.training.loss, spec.layers.back().activation),
                       static_cast<std::uint64_t>(config.training.seed));
  for (std::size_t l = 0; l < layers.size(); ++l) {
    const io::DenseLayer& layer = layers[l];
    if (layer.weights.rows() != spec.rows(l) || layer.weights.columns() != spec.fan_in(l))
      throw refuse(fmt::format(
          "layer {} is {} x {} (outputs x inputs), and network.layer.{} needs {} x {}", l,
          layer.weights.rows(), layer.weights.columns(), l, spec.rows(l), spec.fan_in(l)));
    LayerSpec layer_spec = spec.layers[l];
    const std::string wanted = write_fields(fields_of(layer_spec))["activation"];
    const bool decided_by_data =
        l + 1 == layers.size() && wanted == "softmax" && layer.activation == "linear";
    if (!layer.activation.empty() && layer.activation != wanted && !decided_by_data)
      throw refuse(fmt::format("layer {} ends in {}: set network.layer.{}.activation = \"{}\"", l,
                               layer.activation, l, layer.activation));
    if (!layer.bias.empty() && !spec.layers[l].bias)
      throw refuse(fmt::format("layer {} has a bias: set network.layer.{}.bias = true", l, l));
    for (std::size_t r = 0; r < spec.rows(l); ++r) {
      const auto row = network.weights(l).row(r);
      const double bias = layer.bias.empty() ? 0 : layer.bias[r];
      for (std::size_t c = 0; c < spec.columns(l); ++c)
        row[c] = static_cast<float>(c < spec.fan_in(l) ? layer.weights(r, c) : bias);
    }
  }
  return network;
}

}  // namespace

void fit_full_scales(Config& config, const DeviceSpec& device) {
  if (!config.transfer.from_file() || config.chip.full_scale_weight) return;
  const FloatNetwork source = read_network(config);
  const WeightReach reach = weight_reach(config.chip, device);
  // all but one in forty cells have a window of this part of the nominal one, seen from their
  // references
  const SpreadSpec& spread = device.spread;
  const double of_window = std::max({spread.w_min, spread.w_max, spread.gain});
  const double of_reference = config.chip.weight == WeightCoding::reference_cell ? spread.offset
                              : config.chip.weight == WeightCoding::reference_column
                                  ? spread.offset_shared
                                  : 0;
  const double room = std::max(0.5, 1 - 2 * std::hypot(of_window, of_reference));
  for (std::size_t l = 0; l < config.network.layers.size(); ++l) {
    std::optional<double>& full_scale = config.network.layers[l].full_scale_weight;
    if (full_scale) continue;
    double needed = 0;
    for (std::size_t r = 0; r < source.weights(l).rows(); ++r)
      for (const float weight : source.weights(l).row(r)) {
        const double w = static_cast<double>(weight);
        needed = std::max(needed, w > 0 ? w / reach.high : w / reach.low);
      }
    // (a layer of zeros fits any)
    constexpr double least = 1e-9, most = 1e9;
    if (needed > 0) full_scale = std::clamp(needed / room, least, most);
  }
}

FloatNetwork source_network(const Config& config, const DataSet& data, const RunHooks& hooks) {
  if (!config.transfer.from_file()) return train_float(config, data, hooks);
  return read_network(config);
}

std::vector<std::string> check_learned_from(const Config& config, const DataFit& fit) {
  std::vector<std::string> warnings;
  if (!config.transfer.from_file()) return warnings;
  const std::string& path = config.transfer.source;
  const io::LearnedFrom from = io::read_learned_from(path);
  const auto check = [&](const char* what, const std::vector<std::string>& there,
                         const std::vector<std::string>& here) {
    if (there.empty() || here.empty() || there == here) return;
    const auto listed = [](const std::vector<std::string>& names) {
      return io::shown(fmt::format("{}", fmt::join(names, ", ")), 120);
    };
    throw ConfigError(
        "transfer.source", path,
        fmt::format("has the {} {}, and the data {}: give data with the same, in this order, or a "
                    "file without \"{}\"",
                    what, listed(there), listed(here), what));
  };
  check("classes", from.classes, fit.classes);
  check("features", from.features, fit.feature_names);
  const std::size_t features = fit.scales.size();
  if (from.input_offset.size() == features && from.input_width.size() == features)
    for (std::size_t k = 0; k < features; ++k) {
      const FeatureScale& here = fit.scales[k];
      const double offset = from.input_offset[k], width = from.input_width[k];
      const double tolerance = 1e-6 * (std::abs(here.width) + std::abs(here.offset));
      if (std::abs(offset - here.offset) <= tolerance && std::abs(width - here.width) <= tolerance)
        continue;
      warnings.push_back(fmt::format(
          "{} learned from inputs that were scaled otherwise: input {} became (x - {:g}) / {:g} "
          "there and becomes (x - {:g}) / {:g} here; its weights do not mean the same here",
          path, k, offset, width, here.offset, here.width));
      break;
    }
  const std::vector<io::DenseLayer> layers = io::read_dense_layers(path);
  for (std::size_t l = 0; l < layers.size(); ++l)
    if (layers[l].bias.empty() && config.network.layers.at(l).bias)
      warnings.push_back(fmt::format(
          "{} has no bias for layer {}, which begins at 0; without one, network.layer.{}.bias = "
          "false",
          path, l, l));
  return warnings;
}

std::string check_transfer_source(const Config& config) {
  if (!config.transfer.from_file()) return "";
  read_network(config);
  return io::digest_of(io::read_file(config.transfer.source));
}

}  // namespace nernst
