// CRC-32C for the spool: a record that a crash tore is told from a whole one by its sum.
// Intrinsics need C; the table way is for processors without the instruction.
#include "CLinux.h"

#include <string.h>

static uint32_t crc32c_bitwise(uint32_t crc, const unsigned char *bytes, size_t length) {
  for (size_t i = 0; i < length; i++) {
    crc ^= bytes[i];
    for (int bit = 0; bit < 8; bit++) {
      crc = (crc >> 1) ^ (0x82F63B78u & (0u - (crc & 1u)));
    }
  }
  return crc;
}

#if defined(__x86_64__)
#include <immintrin.h>

__attribute__((target("sse4.2"))) static uint32_t crc32c_hardware(uint32_t crc,
                                                                  const unsigned char *bytes,
                                                                  size_t length) {
  uint64_t wide = crc;
  while (length >= 8) {
    uint64_t word;
    memcpy(&word, bytes, 8);
    wide = _mm_crc32_u64(wide, word);
    bytes += 8;
    length -= 8;
  }
  crc = (uint32_t)wide;
  while (length-- > 0) {
    crc = _mm_crc32_u8(crc, *bytes++);
  }
  return crc;
}

uint32_t cl_crc32c(uint32_t seed, const void *bytes, size_t length) {
  uint32_t crc = ~seed;
  return ~(__builtin_cpu_supports("sse4.2") ? crc32c_hardware(crc, bytes, length)
                                            : crc32c_bitwise(crc, bytes, length));
}
#else
uint32_t cl_crc32c(uint32_t seed, const void *bytes, size_t length) {
  return ~crc32c_bitwise(~seed, bytes, length);
}
#endif
