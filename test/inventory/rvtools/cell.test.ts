import assert from "node:assert/strict";
import { type Cell, cellDate, cellFlag, cellMiBAsBytes, cellNumber } from "../../../inventory/readers/rvtools/cell.ts";

describe("a cell of an export", () => {
  const numbers: readonly (readonly [Cell, number | null])[] = [
    ["16384", 16_384],
    [16_384, 16_384],
    ["16,384", 16_384],
    ["16.384", 16_384],
    ["1.048.576", 1_048_576],
    ["1 048 576", 1_048_576],
    ["1\u00a0048\u202f576", 1_048_576],
    ["1'048'576", 1_048_576],
    ["1024.5", 1024.5],
    ["1.024,25", 1024.25],
    ["1,024.25", 1024.25],
    [1.024, 1.024],
    ["-1", null],
    [-1, null],
    [Infinity, null],
    ["1e9", null],
    ["0x10", null],
    ["1.2.3", null],
    ["12 MiB", null],
    ["", null],
    [null, null],
    ["9".repeat(400), null],
  ];
  for (const [cell, number] of numbers)
    it(`${JSON.stringify(cell).slice(0, 20)} is the number ${number}`, () => {
      assert.equal(cellNumber(cell), number);
    });

  it("in MiB is bytes, to the next sector", () => {
    assert.equal(cellMiBAsBytes("1.024"), 2 ** 30);
    assert.equal(cellMiBAsBytes("0.0001"), 512);
    assert.equal(cellMiBAsBytes(Number.MAX_SAFE_INTEGER), null);
  });

  it("is true or false in the language of the spreadsheet", () => {
    for (const yes of [true, "True", "WAHR", "vrai", "Verdadero", "1"]) assert.equal(cellFlag(yes), true, String(yes));
    for (const no of [false, "False", "FALSCH", "faux", "0"]) assert.equal(cellFlag(no), false, String(no));
    for (const other of [null, "", "maybe", 2]) assert.equal(cellFlag(other), null, String(other));
  });

  const dates: readonly (readonly [Cell, string | null])[] = [
    [45_352.5, "2024-03-01T12:00:00"],
    ["2017/11/28 16:14:28", "2017-11-28T16:14:28"],
    ["28.11.2017 6:14", "2017-11-28T06:14:00"],
    ["2024-03-01", "2024-03-01T00:00:00"],
    ["03/04/2024 10:00", "03/04/2024 10:00"],
    ["", null],
  ];
  for (const [cell, date] of dates)
    it(`${JSON.stringify(cell)} is the date ${date}`, () => {
      assert.equal(cellDate(cell), date);
    });
});
