import { describe, expect, it } from "vitest";

import { amount, bytes, rate } from "@/format/bytes";

describe("a size", () => {
  it.each([
    [0, "0 B"],
    [1023, "1023 B"],
    [1024, "1 KiB"],
    [1536, "1.5 KiB"],
    [10 * 1024 ** 2 + 1024 ** 2 / 4, "10.3 MiB"],
    [1024 ** 2 - 1, "1 MiB"],
    [123 * 1024 ** 3, "123 GiB"],
    [5 * 1024 ** 4, "5 TiB"],
    [-2048, "−2 KiB"],
  ])("of %d is %s", (size, text) => {
    expect(bytes(size)).toBe(text);
  });

  it("beyond the largest unit stays in it", () => {
    expect(bytes(5000 * 1024 ** 6)).toBe("5000 EiB");
  });
});

it("tells a rate by the second", () => {
  expect(rate(1024)).toBe("1 KiB/s");
});

it("counts bytes as bytes and the rest in groups", () => {
  expect(amount(2048, "bytes")).toBe("2 KiB");
  expect(amount(12345.6, "files")).toBe("12,346 files");
  expect(amount(7, null)).toBe("7");
});
