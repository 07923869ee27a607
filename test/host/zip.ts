import { crc32, inflateRawSync } from 'node:zlib';

interface Entry {
  readonly name: string;
  /** Its record in the central directory. */
  readonly record: Buffer;
  /** Its bytes as they are in the file. */
  readonly packed: Buffer;
}

// Places in the records (APPNOTE 4.3.7, 4.3.12 and 4.3.16).
const central = {
  length: 46,
  flags: 8,
  method: 10,
  time: 12,
  check: 16,
  packed: 20,
  unpacked: 24,
  name: 28,
  extra: 30,
  comment: 32,
  attributes: 38,
  local: 42,
} as const;
const local = { length: 30, name: 26, extra: 28 } as const;
const end = { length: 22, count: 10, size: 12, start: 16 } as const;
const deflated = 8;

/** Loaded when there is something to pack: it ends the process at any error that nobody handled, be it of a test that expects one. */
async function zopfli(): Promise<(data: Uint8Array) => Promise<Uint8Array>> {
  const before = process.listeners('unhandledRejection');
  const { deflateAsync } = await import('@gfx/zopfli');
  for (const listener of process.listeners('unhandledRejection')) {
    if (!before.includes(listener)) process.off('unhandledRejection', listener);
  }
  return (data) => deflateAsync(data, {});
}

/** Sizes that stand behind the data, for writers that don't know them before. */
const sizesFollow = 0x8;
/** A file that its owner may change and all may read, whatever it was on the disk of whoever packed it. */
const anyFile = 0o100644 * 0x10000;
/** 1980-01-01, as early as it goes. */
const firstDay = 0x00210000;

export function entriesInZip(zip: Buffer): Entry[] {
  const last = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  if (last < 0) throw new Error('not a zip file');
  const entries: Entry[] = [];
  let at = zip.readUInt32LE(last + end.start);
  for (let left = zip.readUInt16LE(last + end.count); left > 0; left -= 1) {
    const nameEnd = at + central.length + zip.readUInt16LE(at + central.name);
    const next = nameEnd + zip.readUInt16LE(at + central.extra) + zip.readUInt16LE(at + central.comment);
    const record = zip.subarray(at, next);
    const header = record.readUInt32LE(central.local);
    const from = header + local.length + zip.readUInt16LE(header + local.name) + zip.readUInt16LE(header + local.extra);
    const packed = zip.subarray(from, from + record.readUInt32LE(central.packed));
    entries.push({ name: zip.toString('utf8', at + central.length, nameEnd), record, packed });
    at = next;
  }
  return entries;
}

/**
 * The same files in fewer bytes: packed by Zopfli, which searches where zlib settles, and with no record longer than a reader needs.
 * In the order of their names and all of one day, so that the same files always make the same package.
 *
 * @param shorten what a file is in the package, by its name; the same bytes where nothing is to be left out
 */
export async function repacked(zip: Buffer, shorten = (_name: string, data: Buffer): Buffer => data): Promise<Buffer> {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  const pack = await zopfli();
  let at = 0;
  for (const { name, record, packed } of entriesInZip(zip).sort((one, other) => (one.name < other.name ? -1 : 1))) {
    if (record.readUInt16LE(central.method) !== deflated) throw new Error(`${name} is packed in a way that is not known here`);
    const data = shorten(name, inflateRawSync(packed));
    const body = Buffer.from(await pack(data));
    const named = Buffer.from(name);
    const short = Buffer.concat([record.subarray(0, central.length), named]);
    short.writeUInt16LE(short.readUInt16LE(central.flags) & ~sizesFollow, central.flags);
    short.writeUInt32LE(firstDay, central.time);
    short.writeUInt32LE(crc32(data), central.check);
    short.writeUInt32LE(body.length, central.packed);
    short.writeUInt32LE(data.length, central.unpacked);
    short.writeUInt32LE(0, central.extra);
    short.writeUInt32LE(anyFile, central.attributes);
    short.writeUInt32LE(at, central.local);
    directory.push(short);
    // From the version needed to the length of what is extra, a file's own header is as its record.
    const header = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), short.subarray(6, 6 + local.length - 4), named]);
    files.push(header, body);
    at += header.length + body.length;
  }
  const records = Buffer.concat(directory);
  const tail = Buffer.alloc(end.length);
  tail.write('PK\x05\x06', 'latin1');
  tail.writeUInt16LE(directory.length, end.count);
  tail.writeUInt16LE(directory.length, end.count - 2);
  tail.writeUInt32LE(records.length, end.size);
  tail.writeUInt32LE(at, end.start);
  return Buffer.concat([...files, records, tail]);
}
