import { open } from "node:fs/promises";

/**
 * A boot sector (BIOS, 16 bit) that writes a login prompt to the first serial line and halts: a "system" that the default
 * check of `ready` finds up within seconds, where a real guest takes a minute under emulation. Assembled by hand:
 *
 *     cli; xor ax,ax; mov ds,ax; cld; mov si,7C23h        ; the text stands behind the code
 *     next: lodsb; test al,al; jz done; mov ah,al
 *     wait: mov dx,3FDh; in al,dx; test al,20h; jz wait+3  ; the UART's transmitter is free
 *     mov al,ah; mov dx,3F8h; out dx,al; jmp next
 *     done: hlt; jmp done
 */
const CODE = [
  ...[0xfa, 0x31, 0xc0, 0x8e, 0xd8, 0xfc, 0xbe, 0x23, 0x7c, 0xac, 0x84, 0xc0, 0x74, 0x12, 0x88, 0xc4, 0xba, 0xfd],
  ...[0x03, 0xec, 0xa8, 0x20, 0x74, 0xfb, 0x88, 0xe0, 0xba, 0xf8, 0x03, 0xee, 0xeb, 0xe9, 0xf4, 0xeb, 0xfd],
];
const TEXT = "\r\nwavelift test system login: \0";
const SECTOR_BYTES = 512;

/**
 * Image properties for servers with this sector: it never answers an ACPI shutdown, and Nova would wait a minute for it.
 */
export const bootSectorProperties = { os_shutdown_timeout: "1" };

/** Makes an existing raw file of at least 1 MiB boot into the login prompt. */
export async function makeBootable(file: string): Promise<void> {
  const sector = Buffer.alloc(SECTOR_BYTES);
  Buffer.from(CODE).copy(sector);
  sector.write(TEXT, CODE.length, "latin1");
  sector.writeUInt16LE(0xaa55, SECTOR_BYTES - 2);
  const handle = await open(file, "r+");
  try {
    await handle.write(sector, 0, SECTOR_BYTES, 0);
  } finally {
    await handle.close();
  }
}
