import assert from 'node:assert/strict';
import { namesInZip } from '../../host/vsix.ts';

/** A zip file of empty entries: its central directory and its end, which is all that is read. */
function zipOf(names: readonly string[]): Buffer {
  const entries = names.map((name) => {
    const header = Buffer.alloc(46);
    header.writeUInt32LE(0x02014b50, 0);
    header.writeUInt16LE(Buffer.byteLength(name), 28);
    header.writeUInt16LE(3, 30);
    header.writeUInt16LE(2, 32);
    return Buffer.concat([header, Buffer.from(name), Buffer.alloc(5)]);
  });
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(names.length, 10);
  end.writeUInt32LE(4, 16);
  return Buffer.concat([Buffer.from('data'), ...entries, end]);
}

describe('the names in a package', () => {
  it('are all found, whatever their entries carry besides', () => {
    const names = ['extension/package.json', 'extension/dist/l10n/bundle.l10n.zh-cn.json', 'extension/é'];
    assert.deepEqual(namesInZip(zipOf(names)), names);
  });

  it('cannot be read from what is no zip file', () => {
    assert.throws(() => namesInZip(Buffer.from('nothing')), /not a zip file/);
  });
});
