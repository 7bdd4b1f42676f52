// SPDX-License-Identifier: Apache-2.0
#include "nernst/circuit/technology.h"

#include <cmath>

namespace nernst {

namespace {

double steps(std::int64_t bits) {
  return std::ldexp(1.0, static_cast<int>(bits == 0 ? kBitsOfIdeal : bits));
}

}  // namespace

void TechnologySpec::describe(Fields& f) {
  f.real("t_read_s", t_read_s,
         {.unit = "s",
          .min = 0,
          .max = 1e3,
          .help = "one parallel read of a tile, converters included (40 ns: Rasch 2024)"});
  f.real("t_cell_access_s", t_cell_access_s,
         {.unit = "s",
          .min = 0,
          .max = 1e3,
          .help = "selecting one row for single-cell work (1 us: assumed)"});
  f.real("t_adc_bit_s", t_adc_bit_s,
         {.unit = "s",
          .min = 0,
          .max = 1e3,
          .help = "of an ADC, which takes one more than its bits; counts where amplifiers are "
                  "enabled (1 ns: SAR of NeuroSim DNN V2.1, 32 nm)"});
  f.real("e_adc_step_J", e_adc_step_J,
         {.unit = "J",
          .min = 0,
          .max = 1,
          .help = "ADC, per conversion step (10 fJ: judgement within 5-20 fJ; best 2.2 fJ, 2013)"});
  f.real("e_dac_step_J", e_dac_step_J,
         {.unit = "J", .min = 0, .max = 1, .help = "DAC, per conversion step (1 fJ: assumed)"});
  f.real("e_amplifier_J", e_amplifier_J,
         {.unit = "J",
          .min = 0,
          .max = 1,
          .help = "one output line's integrator, per read (1 pJ: assumed)"});
  f.real("e_line_pulse_J", e_line_pulse_J,
         {.unit = "J",
          .min = 0,
          .max = 1,
          .help = "driver of one line, per pulse on it (50 fJ: assumed)"});
  f.real("e_neuron_J", e_neuron_J,
         {.unit = "J",
          .min = 0,
          .max = 1,
          .help = "one activation or derivative of a neuron (1 pJ: assumed)"});
  f.real("t_neuron_s", t_neuron_s,
         {.unit = "s", .min = 0, .max = 1e3, .help = "activation of a layer (10 ns: assumed)"});
  f.real("e_digital_operation_J", e_digital_operation_J,
         {.unit = "J",
          .min = 0,
          .max = 1,
          .help = "one digital multiply-add beside the arrays (4.6 pJ: 32 bit, 45 nm, quoted from "
                  "Horowitz 2014)"});
  f.real("e_digital_word_J", e_digital_word_J,
         {.unit = "J",
          .min = 0,
          .max = 1,
          .help = "one word of digital memory (10 pJ: 8 kB SRAM, 45 nm, quoted from Horowitz 2014; "
                  "DRAM takes 100 times that)"});
  f.real("digital_operations_per_s", digital_operations_per_s,
         {.min = 1,
          .max = 1e18,
          .help = "multiply-adds in a second (87.6e9: 512 x 512 of mixed precision in 2994 ns, "
                  "Rasch 2024)"});
  f.real(
      "e_link_byte_J", e_link_byte_J,
      {.unit = "J",
       .min = 0,
       .max = 1,
       .help = "one byte between host and chip (31.2 pJ: 3.9 pJ/bit of HBM2, NeuroSim DNN V2.1)"});
  f.real("link_byte_per_s", link_byte_per_s,
         {.min = 1, .max = 1e15, .help = "bytes per second between host and chip (1e9: assumed)"});
  f.real("p_static_W", p_static_W,
         {.unit = "W",
          .min = 0,
          .max = 1e6,
          .help = "power that the chip takes all the time (0: not counted)"});
}

double TechnologySpec::e_adc_J(std::int64_t bits) const { return steps(bits) * e_adc_step_J; }
double TechnologySpec::e_dac_J(std::int64_t bits) const { return steps(bits) * e_dac_step_J; }

double TechnologySpec::t_adc_s(std::int64_t bits) const {
  return static_cast<double>((bits == 0 ? kBitsOfIdeal : bits) + 1) * t_adc_bit_s;
}

}  // namespace nernst
