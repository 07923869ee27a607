import assert from 'node:assert/strict';
import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import { entriesInZip, repacked } from '../../host/zip.ts';

const localHeader = 0x04034b50;

/** A zip file as vsce writes it, sizes behind the data, and with what else a writer may put into a record. */
function zipOf(files: Readonly<Record<string, string>>): Buffer {
  const bodies: Buffer[] = [];
  const records: Buffer[] = [];
  let at = 0;
  for (const [name, text] of Object.entries(files)) {
    const data = Buffer.from(text);
    const packed = deflateRawSync(data);
    const record = Buffer.alloc(46);
    record.writeUInt32LE(0x02014b50, 0);
    record.writeUInt16LE(20, 6);
    record.writeUInt16LE(0x808, 8);
    record.writeUInt16LE(8, 10);
    record.writeUInt32LE(0x5b8d1234, 12);
    record.writeUInt32LE(crc32(data), 16);
    record.writeUInt32LE(packed.length, 20);
    record.writeUInt32LE(data.length, 24);
    record.writeUInt16LE(Buffer.byteLength(name), 28);
    record.writeUInt16LE(3, 30);
    record.writeUInt16LE(2, 32);
    record.writeUInt32LE(0o100644 * 0x10000, 38);
    record.writeUInt32LE(at, 42);
    const header = Buffer.alloc(30);
    header.writeUInt32LE(localHeader, 0);
    record.copy(header, 4, 6, 14);
    header.writeUInt16LE(Buffer.byteLength(name), 26);
    header.writeUInt16LE(4, 28);
    const body = Buffer.concat([header, Buffer.from(name), Buffer.alloc(4), packed, Buffer.alloc(16)]);
    bodies.push(body);
    records.push(Buffer.concat([record, Buffer.from(name), Buffer.alloc(5)]));
    at += body.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(records.length, 10);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...bodies, ...records, end]);
}

const files = {
  'extension/package.json': JSON.stringify({ name: 'one' }),
  'extension/dist/l10n/bundle.l10n.zh-cn.json': Array.from({ length: 400 }, (_, at) => `line ${String((at * 7919) % 1009)}`).join('\n'),
  'extension/é': '',
};
const textsIn = (zip: Buffer): Record<string, string> =>
  Object.fromEntries(entriesInZip(zip).map(({ name, packed }) => [name, inflateRawSync(packed).toString()]));

describe('a package as a zip file', () => {
  it('is read whole, whatever its entries carry besides', () => {
    assert.deepEqual(textsIn(zipOf(files)), files);
  });

  it('cannot be read from what is no zip file', () => {
    assert.throws(() => entriesInZip(Buffer.from('nothing')), /not a zip file/);
  });

  it('holds the same files in fewer bytes when packed again, and is the same file each time', async () => {
    const before = zipOf(files);
    const after = await repacked(before);
    assert.deepEqual(textsIn(after), files);
    assert.deepEqual(Object.keys(textsIn(after)), Object.keys(files).sort());
    assert.ok(after.length < before.length);
    assert.deepEqual(await repacked(before), after);
  });

  it('holds a file as it was shortened for the package', async () => {
    const after = await repacked(zipOf(files), (name, data) => (name.endsWith('package.json') ? Buffer.from('{}') : data));
    assert.deepEqual(textsIn(after), { ...files, 'extension/package.json': '{}' });
    for (const { record, packed } of entriesInZip(after)) {
      assert.equal(record.readUInt32LE(16), crc32(inflateRawSync(packed)));
      assert.equal(record.readUInt32LE(24), inflateRawSync(packed).length);
    }
  });

  it('says of each file in front of it what its directory says', async () => {
    const after = await repacked(zipOf(files));
    for (const { name, record, packed } of entriesInZip(after)) {
      const at = record.readUInt32LE(42);
      assert.equal(after.readUInt32LE(at), localHeader, name);
      assert.deepEqual(after.subarray(at + 4, at + 28), record.subarray(6, 30), name);
      assert.equal(after.readUInt16LE(at + 28), 0, name);
      assert.equal(after.toString('utf8', at + 30, at + 30 + Buffer.byteLength(name)), name);
      assert.equal(record.readUInt32LE(20), packed.length, name);
      assert.equal(record.readUInt32LE(16), crc32(inflateRawSync(packed)), name);
      assert.equal(record.readUInt16LE(8), 0x800, `${name}: no sizes behind the data`);
      assert.equal(record.readUInt32LE(38), 0o100644 * 0x10000, `${name}: as it may be used on disk`);
    }
  });
});
