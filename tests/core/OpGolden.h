#pragma once

#include <cstdint>

#include "core/ops/Op.h"

/// One result of Pillow on the first picture of makeData(), made with Pillow 9.4.0.
struct Golden {
  const char* op;
  double value;
  uada::Filter filter;
  int fill;           ///< of all three channels
  std::uint32_t crc;  ///< CRC-32 of the 3072 output bytes
  std::uint32_t sum;  ///< of the output bytes
  const char* p57;    ///< the pixel at y = 5, x = 7
  const char* p310;   ///< the pixel at y = 31, x = 0
};

// clang-format off
using uada::Filter;
inline constexpr Golden kGolden[] = {
    {"identity", 0, Filter::nearest, 0, 0xcebce2f8, 397848, "106,143,188", "120,31,185"},
    {"autocontrast", 0, Filter::nearest, 0, 0x680cbb79, 403306, "107,145,191", "121,31,188"},
    {"equalize", 0, Filter::nearest, 0, 0x8aa90660, 391362, "96,148,207", "115,11,202"},
    {"posterize", 8, Filter::nearest, 0, 0xcebce2f8, 397848, "106,143,188", "120,31,185"},
    {"posterize", 7, Filter::nearest, 0, 0xcf5da8f5, 396302, "106,142,188", "120,30,184"},
    {"posterize", 6, Filter::nearest, 0, 0x250dc89f, 393196, "104,140,188", "120,28,184"},
    {"posterize", 5, Filter::nearest, 0, 0x7c9638dd, 387072, "104,136,184", "120,24,184"},
    {"posterize", 4, Filter::nearest, 0, 0xa93a9a13, 374768, "96,128,176", "112,16,176"},
    {"posterize", 3, Filter::nearest, 0, 0xf35bf48b, 350656, "96,128,160", "96,0,160"},
    {"posterize", 2, Filter::nearest, 0, 0x42170098, 300352, "64,128,128", "64,0,128"},
    {"posterize", 1, Filter::nearest, 0, 0x3b868c82, 201344, "0,128,128", "0,0,128"},
    {"solarize", 256, Filter::nearest, 0, 0xcebce2f8, 397848, "106,143,188", "120,31,185"},
    {"solarize", 256.0 - 256.0 / 9, Filter::nearest, 0, 0xcf9ba402, 375980, "106,143,188", "120,31,185"},
    {"solarize", 256.0 - 256.0 * 3 / 9, Filter::nearest, 0, 0xc8a51b68, 270718, "106,143,67", "120,31,70"},
    {"solarize", 128, Filter::nearest, 0, 0xa1f91f63, 240273, "106,112,67", "120,31,70"},
    {"solarize", 256.0 - 256.0 * 7 / 9, Filter::nearest, 0, 0x5967b9a5, 315766, "149,112,67", "135,31,70"},
    {"solarize", 0, Filter::nearest, 0, 0x14df13aa, 385512, "149,112,67", "135,224,70"},
    {"color", 0.1, Filter::nearest, 0, 0x05feded8, 393673, "133,137,142", "79,70,86"},
    {"color", 0.5, Filter::nearest, 0, 0x3f77f725, 395536, "121,140,162", "97,53,130"},
    {"color", 0.82, Filter::nearest, 0, 0x91354711, 395795, "111,141,178", "111,38,165"},
    {"color", 1.36, Filter::nearest, 0, 0x88d0a61c, 397605, "94,145,206", "136,15,224"},
    {"color", 1.9, Filter::nearest, 0, 0xeb4f6327, 399274, "78,148,233", "160,0,255"},
    {"contrast", 0.1, Filter::nearest, 0, 0xa4ae84e4, 392308, "125,129,134", "127,118,133"},
    {"contrast", 0.5, Filter::nearest, 0, 0xd69ebfd3, 394759, "117,135,158", "124,79,156"},
    {"contrast", 0.82, Filter::nearest, 0, 0x25a4ee55, 395505, "109,140,177", "121,48,174"},
    {"contrast", 1.36, Filter::nearest, 0, 0xe7982d00, 397900, "98,148,209", "117,0,205"},
    {"contrast", 1.9, Filter::nearest, 0, 0x22c6a7d5, 400129, "86,156,242", "112,0,236"},
    {"brightness", 0.1, Filter::nearest, 0, 0x8aedd50a, 38402, "10,14,18", "12,3,18"},
    {"brightness", 0.5, Filter::nearest, 0, 0xde03fa1c, 198151, "53,71,94", "60,15,92"},
    {"brightness", 0.82, Filter::nearest, 0, 0x51ca77a9, 324725, "86,117,154", "98,25,151"},
    {"brightness", 1.36, Filter::nearest, 0, 0x3f07d854, 521872, "144,194,255", "163,42,251"},
    {"brightness", 1.9, Filter::nearest, 0, 0x3c608495, 624947, "201,255,255", "228,58,255"},
    {"sharpness", 0.1, Filter::nearest, 0, 0x171169cb, 396458, "107,143,183", "120,31,185"},
    {"sharpness", 0.5, Filter::nearest, 0, 0xbafc563b, 397078, "107,143,185", "120,31,185"},
    {"sharpness", 0.82, Filter::nearest, 0, 0x24769249, 396512, "106,143,187", "120,31,185"},
    {"sharpness", 1.36, Filter::nearest, 0, 0x659a5d88, 396649, "105,142,189", "120,31,185"},
    {"sharpness", 1.9, Filter::nearest, 0, 0x883f180f, 396775, "104,142,192", "120,31,185"},
    {"sharpness", 0, Filter::nearest, 0, 0x08c2302d, 397644, "108,144,183", "120,31,185"},
    {"shear_x", 0.1, Filter::nearest, 0, 0x33110803, 377681, "121,164,181", "120,71,187"},
    {"shear_y", 0.1, Filter::nearest, 0, 0x34890436, 377708, "143,158,193", "120,31,185"},
    {"shear_x", -0.3, Filter::nearest, 0, 0xe5446435, 337285, "103,114,178", "0,0,0"},
    {"shear_y", -0.3, Filter::nearest, 0, 0x614f67bb, 334521, "122,131,199", "120,31,185"},
    {"shear_x", 0.1, Filter::bicubic, 128, 0x42db3313, 396235, "113,151,181", "127,67,197"},
    {"shear_y", -0.3, Filter::bicubic, 128, 0x9960cf89, 391840, "111,138,205", "120,23,185"},
    {"shear_x", 0.1, Filter::bilinear, 0, 0xce31b1f7, 376553, "114,154,184", "126,68,191"},
    {"translate_x", 150.0 / 331.0 * 3 / 9 * 32, Filter::nearest, 128, 0x519f4102, 398444, "105,174,50", "170,99,39"},
    {"translate_y", -150.0 / 331.0 * 3 / 9 * 32, Filter::nearest, 128, 0x77c72bbf, 396855, "61,105,156", "66,198,165"},
    {"translate_x", 150.0 / 331.0 * 9 / 9 * 32, Filter::nearest, 128, 0xf55e7a3f, 402087, "203,80,193", "181,222,202"},
    {"translate_y", -150.0 / 331.0 * 9 / 9 * 32, Filter::nearest, 128, 0xe3a2c7a0, 397102, "128,128,128", "166,145,90"},
    {"rotate", 10, Filter::nearest, 0, 0x82bcd412, 372352, "108,191,244", "0,0,0"},
    {"rotate", -30, Filter::nearest, 0, 0x0b2252ab, 341150, "177,145,133", "0,0,0"},
    {"rotate", 30.0 / 9, Filter::nearest, 0, 0x40612035, 388866, "121,164,181", "0,0,0"},
    {"rotate", 135, Filter::nearest, 0, 0x7d6a640c, 331631, "167,41,142", "0,0,0"},
    {"rotate", 20, Filter::nearest, 128, 0xdcb32b1e, 400023, "132,175,30", "128,128,128"},
    {"rotate", 20, Filter::bilinear, 0, 0xc77377bf, 350291, "119,166,34", "0,0,0"},
    // The partner is the input mirrored.
    {"invert", 0, Filter::nearest, 0, 0x14df13aa, 385512, "149,112,67", "135,224,70"},
    {"smooth", 0, Filter::nearest, 0, 0x08c2302d, 397644, "108,144,183", "120,31,185"},
    {"sample_pairing", 0.4, Filter::nearest, 0, 0x5030d0df, 396620, "133,144,131", "112,85,136"},
};
// clang-format on
