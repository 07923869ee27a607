import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { randomUUID } from 'node:crypto';
import { forget, formsOf, leaks, watchFor } from '../../e2e/canaries.ts';
import { memoryFolder } from '../../memory-folder.ts';

describe('the search for keys', () => {
  let folder = '';
  beforeEach(() => {
    folder = memoryFolder('canaries');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const secret = randomUUID();
  const written: Readonly<Record<string, Buffer>> = {
    plain: Buffer.from(`{"key":"${secret}"}`),
    reversed: Buffer.from(secret.split('').reverse().join('')),
    'base64 of it alone': Buffer.from(btoa(secret)),
    'base64 after one byte': Buffer.from(btoa(`:${secret}:`)),
    'base64 after two bytes': Buffer.from(btoa(`a:${secret}:b`)),
    'base64 for addresses': Buffer.from(Buffer.from(`user:${secret}`).toString('base64url')),
    hexadecimal: Buffer.from(Buffer.from(secret).toString('hex')),
    'each byte escaped': Buffer.from([...Buffer.from(secret)].map((byte) => `%${byte.toString(16)}`).join('')),
    'UTF-16': Buffer.concat([Buffer.from([1, 2, 3]), Buffer.from(secret, 'utf16le')]),
  };

  for (const [name, content] of Object.entries(written)) {
    it(`finds one written so: ${name}`, () => {
      const place = path.join(folder, 'User');
      mkdirSync(place);
      writeFileSync(path.join(place, 'a-file'), content);
      watchFor('the secret', secret);
      try {
        assert.deepEqual(leaks(folder, {}), [`${path.join(place, 'a-file')} holds the secret`]);
        assert.deepEqual(leaks(folder, { 'the page': content.toString('latin1') }).length, 2);
      } finally {
        forget(secret);
      }
    });
  }

  it('takes another text for none', () => {
    const other = randomUUID();
    watchFor('the secret', secret);
    try {
      assert.deepEqual(leaks(folder, { 'the page': formsOf(other).join(' ') }), []);
    } finally {
      forget(secret);
    }
  });
});
