// dds_dump FILE OUT: read a DDS file with Microsoft's DirectXTex, print what it is and write its images as floats.
//
// Prints width, height, images a level, levels, DXGI format, whether it is a cube map, and the alpha mode. OUT gets
// every image, item by item and level by level, as rows of RGBA floats, values as they are stored.
//
// To build it outside Windows: compile this file with DirectXTexDDS, DirectXTexUtil, DirectXTexImage,
// DirectXTexMipmaps, DirectXTexConvert, DirectXTexCompress, BC, BC4BC5 and BC6HBC7 of DirectXTex, with the headers of
// DirectXMath and DirectX-Headers (and its wsl/stubs), and a sal.h that defines the annotations as nothing.
#include <cstdint>
#include <cstdio>
#include <vector>

#include "DirectXTex.h"

using namespace DirectX;

int main(int count, char** arguments) {
  if (count != 3) return 2;
  std::FILE* file = std::fopen(arguments[1], "rb");
  if (!file) return 2;
  std::vector<uint8_t> data;
  uint8_t part[65536];
  for (size_t got; (got = std::fread(part, 1, sizeof part, file)) > 0;) data.insert(data.end(), part, part + got);
  std::fclose(file);

  TexMetadata about;
  ScratchImage images;
  if (FAILED(LoadFromDDSMemory(data.data(), data.size(), DDS_FLAGS_NONE, &about, images))) return 1;
  std::printf("%zu %zu %zu %zu %d %d %d\n", about.width, about.height, about.arraySize, about.mipLevels,
              int(about.format), int(about.IsCubemap()), int(about.GetAlphaMode()));
  std::FILE* out = std::fopen(arguments[2], "wb");
  if (!out) return 2;
  for (size_t item = 0; item < about.arraySize; ++item) {
    for (size_t level = 0; level < about.mipLevels; ++level) {
      Image image = *images.GetImage(level, item, 0);
      image.format = MakeLinear(image.format);
      const DXGI_FORMAT floats = DXGI_FORMAT_R32G32B32A32_FLOAT;
      ScratchImage texels;
      const HRESULT result = IsCompressed(image.format)
                                 ? Decompress(image, floats, texels)
                                 : Convert(image, floats, TEX_FILTER_DEFAULT, TEX_THRESHOLD_DEFAULT, texels);
      if (FAILED(result)) return 1;
      const Image& rows = *texels.GetImage(0, 0, 0);
      for (size_t y = 0; y < rows.height; ++y) std::fwrite(rows.pixels + y * rows.rowPitch, 16, rows.width, out);
    }
  }
  std::fclose(out);
  return 0;
}
